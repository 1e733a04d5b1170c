/** Model cards, changed by fields. */
import { havoc, pick, type Random } from '../mutant.js';
import type { Target } from '../target.js';
import { changeTokens, jsonBound, TOKENS, text } from './json.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const HASH = 'ab'.repeat(32);
const file = (path: string): Json => ({ path, sha256: HASH, bytes: 12 });

function card(resize: Json, more: { [key: string]: Json } = {}, task = 'classify'): { [key: string]: Json } {
  return {
    schema: 1,
    name: 'fuzzed',
    version: '1.0',
    task,
    input: {
      name: 'input',
      dtype: 'f32',
      layout: 'NCHW',
      shape: [1, 3, 8, 6],
      color: 'RGB',
      resize,
      normalize: { divide: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      ...more,
    },
    output: { name: 'logits', dtype: 'f32', kind: 'logits', labels: 'labels.txt', shape: [1, 4] },
    graphs: [{ encoding: 'onnx', precision: 'fp32', files: [file('model.onnx')] }],
    files: [file('labels.txt')],
  };
}

const pillow = { profile: 'pillow', filter: 'bilinear' };
const CARDS: readonly Json[] = [
  card({ ...pillow, size: [8, 6] }),
  card({ ...pillow, shortest: 10, crop: [8, 6], origin: 'floor' }, { orientation: 'stored', alpha: 'white' }),
  card({ ...pillow, filter: 'lanczos', letterbox: { size: [8, 6], fill: 114 } }),
  card(
    { ...pillow, filter: 'nearest', size: [9, 7], crop: [8, 6] },
    { layout: 'NHWC', shape: [1, 8, 6, 3], color: 'BGR' },
  ),
  card({ ...pillow, filter: 'box', size: [8, 6] }, { dtype: 'u8', quant: { scale: 0.02, zero_point: 128 } }),
  card(
    { ...pillow, filter: 'bicubic', size: [8, 6] },
    { dtype: 'i8', quant: { scale: 0.02, zero_point: -3 } },
  ),
  card(
    { ...pillow, size: [8, 6] },
    { dtype: 'f16', normalize: { multiply: 0.0039, mean: [0, 0, 0], std: [1, 1, 1] } },
  ),
  card(
    { ...pillow, size: [8, 6] },
    { color: 'gray', shape: [1, 1, 8, 6], normalize: { mean: [0.5], std: [0.5] } },
    'raw',
  ),
  card({ profile: 'opencv', filter: 'linear', size: [8, 6] }),
  card({ profile: 'opencv', filter: 'area', size: [8, 6] }),
  card({ profile: 'torchvision', filter: 'bicubic', antialias: false, size: [8, 6] }),
  card({ profile: 'tensorflow', filter: 'bilinear', antialias: true, size: [8, 6] }),
];
const HOSTILE: readonly Json[] = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    2,
    3,
    0.5,
    7.5,
    255,
    256,
    1024,
    16384,
    16385,
    65535,
    65536,
    2147483647,
  ],
  ...[
    2147483648,
    -2147483648,
    4294967296,
    1e15,
    1e308,
    1e-320,
    1e39,
    '',
    ' ',
    'a',
    '..',
    '../x',
    '/etc/x',
    'C:\\x',
  ],
  ...[
    'a/./b',
    'a//b',
    'x'.repeat(300),
    'é€😀',
    '\u0000',
    [],
    {},
    [1],
    [1, 2],
    [8, 6],
    [0, 0],
    [1, 3, 8, 6],
    [1, 1, 8, 6],
  ],
  ...[
    [1, 3, 16384, 16384],
    [16384, 16384],
    [1e9, 1e9],
    [[1]],
    [null],
    ['a'],
    { size: [8, 6] },
    [0.1, 0.2, 0.3],
    [0, 0, 0],
  ],
  ...[
    [1e38, -1e38, 1e-40],
    'nearest',
    'box',
    'bilinear',
    'linear',
    'hamming',
    'bicubic',
    'lanczos',
    'area',
    'pillow',
  ],
  ...[
    'opencv',
    'torchvision',
    'tensorflow',
    'u8',
    'i8',
    'f16',
    'f32',
    'NHWC',
    'BGR',
    'gray',
    'RGB',
    'floor',
    'exif',
  ],
  ...[
    'white',
    'black',
    'detect',
    'segment',
    'embed',
    'raw',
    'text',
    'onnx',
    'openvino',
    HASH,
    HASH.toUpperCase(),
    'zz'.repeat(32),
  ],
];

/** All places in a value: the container and the key. */
function placesOf(value: Json, list: { at: Json[] | { [key: string]: Json }; key: string }[] = []) {
  if (typeof value !== 'object' || value === null) return list;
  for (const [key, child] of Object.entries(value)) {
    list.push({ at: value, key });
    placesOf(child, list);
  }
  return list;
}

/** One field removed, doubled, moved or with a value that it should not have. */
function changeCard(root: Json, random: Random): void {
  const places = placesOf(root);
  if (places.length === 0) return;
  const { at, key } = pick(places, random);
  const slots = at as { [key: string]: Json };
  switch (random() % 5) {
    case 0:
      if (Array.isArray(at)) at.splice(Number(key), 1);
      else delete slots[key];
      break;
    case 1: {
      const other = pick(places, random);
      // A copy: a container that lies in itself could not be written.
      slots[key] = structuredClone((other.at as { [key: string]: Json })[other.key] ?? null);
      break;
    }
    case 2:
      if (Array.isArray(at))
        at.push(...Array.from({ length: 1 + (random() % 70) }, () => structuredClone(at[0] ?? 0)));
      else
        slots[
          pick(['size', 'shortest', 'crop', 'letterbox', 'divide', 'multiply', 'quant', 'fill'], random)
        ] = structuredClone(pick(HOSTILE, random));
      break;
    default:
      slots[key] = structuredClone(pick(HOSTILE, random));
  }
}

/** Pixels of 12 x 9 behind the card, for a card that is taken. */
let picture: Uint8Array | undefined;

export const modelCard: Target = {
  name: 'card',
  weight: 8,
  seeds: () => CARDS.map((value) => text(JSON.stringify(value))),
  mutate(m, random, seeds) {
    const kind = random() % 4;
    if (kind !== 0) {
      const root = structuredClone(pick(CARDS, random));
      for (let n = 1 + (random() % 3); n > 0; n -= 1) changeCard(root, random);
      m.load(text(JSON.stringify(root)));
    }
    if (kind === 1) changeTokens(m, random);
    if (kind === 0) havoc(m, random, { seeds, words: TOKENS });
  },
  call(guest, at, length) {
    picture ??= Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * 31) & 255);
    const place = guest.call.arenaAlloc!(picture.length);
    guest.bytes.set(picture, place);
    return guest.call.fuzzCard!(at, length, place);
  },
  // The tables of 16 graphs and 64 files; a tensor of 4096 pixels; rows and tables of a resize from 12 x 9 up to 16384.
  bound: (length) => jsonBound(length) + 2 * 1024 * 1024,
  text: (guest, status) => guest.text(2, status),
  statusFiles: ['assembly/card/status.ts'],
  unreachable: {
    CARD_SIZE: 'is about a file of the package: the target request reaches it, under the code of its answer',
    CARD_HASH: 'is about a file of the package: the target request reaches it, under the code of its answer',
    CARD_UNLISTED:
      'is about a file of the package: the target request reaches it, under the code of its answer',
  },
};
