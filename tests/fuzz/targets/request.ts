/**
 * The reactor's calls: edge_infer with a JSON request, edge_classify and edge_preprocess with a struct. The first byte of an
 * input says which; the tiny model of tests/support/guest_stub.ts lies beside.
 */
import { createHash } from 'node:crypto';
import { makePng } from '../../support/pictures.js';
import type { FuzzGuest } from '../guest.js';
import { MODEL_NAMES } from '../models.js';
import { havoc, type Mutant, pick, type Random, words } from '../mutant.js';
import { makeJpeg } from '../seeds/jpeg.js';
import type { Target } from '../target.js';

const INFER = 0;
const CLASSIFY = 1;
const PREPROCESS = 2;
/** Bytes of the struct ImageRequest. */
const STRUCT = 36;
/** In place of an address in a struct: that of the model's name, of the bytes behind the struct. */
const HERE = 0xeeeeeee0;
const MODEL = new TextEncoder().encode('./model');

/** Error codes in the order of the statuses that stand for them, from 1 on. */
const CODES = [
  ...[
    'USAGE_REQUEST',
    'USAGE_NO_MODEL',
    'USAGE_IMAGE_DATA',
    'USAGE_ADDRESS',
    'INPUT_INVALID',
    'INPUT_RAW_SIZE',
  ],
  ...['MODEL_NOT_FOUND', 'MODEL_CARD_INVALID', 'MODEL_TASK', 'MODEL_LABELS', 'MODEL_FILE', 'MODEL_OUTPUT'],
  ...['RUNTIME_MEMORY', 'SECURITY_PATH', 'SECURITY_HASH', 'SECURITY_SIZE'],
];
const OTHER_CODE = CODES.length + 1;

const PICTURES = [
  makePng({ width: 5, height: 4, depth: 8, color: 2, sample: (x, y) => x * y }),
  makeJpeg({ width: 9, height: 7, sampling: [[1, 1]] }),
  makeJpeg({
    width: 8,
    height: 8,
    sampling: [
      [2, 2],
      [1, 1],
      [1, 1],
    ],
    progressive: true,
    orientation: 6,
  }),
  Buffer.from('P5 3 2 255 abcdef'),
];
const base64 = (file: Uint8Array): string => Buffer.from(file).toString('base64');

const json = (value: unknown): Uint8Array => Buffer.from(`\0${JSON.stringify(value)}`);

function struct(kind: number, fields: readonly number[], behind: Uint8Array): Uint8Array {
  const out = Buffer.alloc(1 + STRUCT + behind.length);
  out[0] = kind;
  for (const [i, field] of fields.entries()) out.writeUInt32LE(field, 1 + i * 4);
  out.set(behind, 1 + STRUCT);
  return out;
}

const WORDS = words(
  ...[
    '"image_data":',
    '"width":',
    '"height":',
    '"model_id":',
    '"confidence_threshold":',
    '"top":',
    '"./model"',
  ],
  ...[
    '"model"',
    '"../model"',
    '"/"',
    '"x/../../y"',
    '"data:;base64,"',
    '"data:',
    '=',
    '[0,255]',
    '[256]',
    '1e9',
    '-1',
  ],
  ...[
    'null',
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\u0000',
    ',',
    [0x78, 0, 0, 0],
    [0xff, 0xff, 0xff, 0xff],
    [0, 0, 0, 0x80],
  ],
);

function changeStruct(m: Mutant, random: Random): void {
  const field = 1 + 4 * (random() % 9);
  const values = [0, 1, 3, 4, 7, 48, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, HERE];
  m.set32(field, pick(values, random), true);
}

/** SHA-256 of an answer without its times, as a number. */
function digest(text: string): bigint {
  const fixed = text.replace(/"(?:latency_ms|decode|preprocess|infer|postprocess)":[^,}]*/g, '');
  return createHash('sha256').update(fixed).digest().readBigUInt64LE();
}

interface Answer {
  predictions?: unknown[];
  error?: { code: string; message: string };
}

function statusOf(code: string): number {
  const known = CODES.indexOf(code);
  return known < 0 ? OTHER_CODE : known + 1;
}

const textAt = (guest: FuzzGuest, at: number): string =>
  Buffer.from(guest.memory.buffer, guest.u32(at), guest.u32(at + 4)).toString();

function put(guest: FuzzGuest, bytes: Uint8Array): number {
  const at = guest.call.edge_alloc!(bytes.length) >>> 0;
  if (at !== 0) guest.bytes.set(bytes, at);
  return at;
}

/** edge_infer; what its answer says. */
function infer(guest: FuzzGuest, at: number, length: number): { status: number; answer: string } {
  const result = guest.call.edge_infer!(at, length) >>> 0;
  const answer = textAt(guest, result);
  const { error } = JSON.parse(answer) as Answer;
  return { status: error === undefined ? 0 : statusOf(error.code), answer };
}

/** The model that a request without a name means is always the same one. */
function openModel(guest: FuzzGuest): void {
  const request = Buffer.from(
    '{"model_id":"./model","image_data":[1,2,3,4,5,6,7,8,9,1,2,3],"width":2,"height":2}',
  );
  if (infer(guest, put(guest, request), request.length).status !== 0)
    throw new Error('the model does not open');
}

/**
 * Address and length of a struct, unless both are 0: HERE becomes the place of real bytes, any other address one outside of the memory, and so is
 * a large length. What a host's own bytes say when it counts them wrong is nobody's fault, and never the same twice.
 */
function placeBytes(view: DataView, field: number, at: number, length: number): void {
  if (view.getUint32(field, true) === 0 && view.getUint32(field + 4, true) === 0) return;
  const here = view.getUint32(field, true) === HERE;
  view.setUint32(field, here ? at : (view.getUint32(field, true) | 0x80000000) >>> 0, true);
  const wanted = view.getUint32(field + 4, true);
  if (wanted < view.byteLength) view.setUint32(field + 4, Math.min(wanted, length), true);
}

function callStruct(guest: FuzzGuest, kind: number, at: number, length: number): number {
  const request = put(guest, new Uint8Array(STRUCT));
  const model = put(guest, MODEL);
  guest.bytes.copyWithin(request, at + 1, at + 1 + Math.min(STRUCT, length - 1));
  const view = new DataView(guest.memory.buffer);
  const behind = Math.max(0, length - 1 - STRUCT);
  placeBytes(view, request, at + 1 + STRUCT, behind);
  placeBytes(view, request + 20, model, MODEL.length);
  const result = guest.call[kind === CLASSIFY ? 'edge_classify' : 'edge_preprocess']!(request) >>> 0;
  const exit = guest.u32(result);
  const head = `${exit} ${exit === 0 ? '' : `${textAt(guest, result + 4)} ${textAt(guest, result + 12)}`}`;
  guest.setChecksum(digest(head));
  return exit === 0 ? 0 : statusOf(textAt(guest, result + 4));
}

export const request: Target = {
  name: 'request',
  weight: 4,
  seeds: () => [
    ...PICTURES.map((file) => json({ image_data: base64(file), model_id: './model', top: 3 })),
    json({ image_data: `data:image/png;base64,${base64(PICTURES[0]!)}` }),
    json({ image_data: base64(Buffer.alloc(12, 9)), width: 2, height: 2, confidence_threshold: 0.5 }),
    json({ image_data: [...Buffer.alloc(12, 9)], width: 2, height: 2, model_id: 'model' }),
    json({ image_data: [1, 2, 3, 4], width: 2, height: 2, model_id: 'nothing' }),
    ...MODEL_NAMES.slice(1).map((model_id) => json({ image_data: base64(PICTURES[3]!), model_id })),
    struct(CLASSIFY, [HERE, 48, 4, 4, 3, HERE, MODEL.length, 3], Buffer.alloc(48, 33)),
    struct(PREPROCESS, [HERE, 65536, 0, 0, 0, HERE, MODEL.length], PICTURES[1]!),
    struct(PREPROCESS, [HERE, 65536, 0, 0, 0, 0, 0], PICTURES[0]!),
  ],
  mutate(m, random, seeds) {
    if (m.bytes[0] !== INFER && random() % 2 === 0) changeStruct(m, random);
    else havoc(m, random, { seeds, words: WORDS });
  },
  call(guest, at, length) {
    guest.setChecksum(0n);
    openModel(guest);
    if (length === 0) return 0;
    const kind = guest.bytes[at]!;
    if (kind === CLASSIFY || kind === PREPROCESS) return callStruct(guest, kind, at, length);
    const { status, answer } = infer(guest, at + 1, length - 1);
    guest.setChecksum(digest(answer));
    return status;
  },
  bound: () => Number.POSITIVE_INFINITY,
  text: (_guest, status) => `error code ${CODES[status - 1] ?? 'of another name'}`,
  statusFiles: [],
};
