/** Ours: the module `edge_kernels.wasm` as it is shipped, and single kernels compiled in the same way. */
import { readFileSync } from 'node:fs';
import { Guest } from './guest.js';
import type { MakeWork, Work } from './work.js';

interface PictureParams {
  /** Module file. */
  wasm: string;
  files: string[];
  /** model.json, for tensors. */
  card: string;
}

/** A function of (image, length) over the files; `locate` gives address and length of what it made. */
function overPictures(
  guest: Guest,
  files: readonly string[],
  run: (image: number, length: number) => number,
  locate: (result: number) => [number, number],
): Work {
  const pictures = files.map((file) => readFileSync(file));
  const image = guest.take(Math.max(...pictures.map((picture) => picture.length)));
  let result = 0;
  return {
    units: pictures.length,
    call(i) {
      const picture = pictures[i] as Uint8Array;
      // A host must bring the file into the memory: it belongs to the time.
      guest.bytes(image, picture.length).set(picture);
      result = run(image, picture.length) >>> 0;
    },
    output: () => guest.bytes(...locate(result)),
  };
}

async function decode({ wasm, files }: PictureParams): Promise<Work> {
  const guest = await Guest.load(wasm);
  return overPictures(
    guest,
    files,
    (image, length) => guest.call.edge_decode?.(image, length, 1) ?? 0,
    (result) => {
      guest.check(result);
      const [pixels = 0, length = 0] = guest.words(result, 28, 32);
      return [pixels, length];
    },
  );
}

/** `edge_preprocess`: the tensor and its SHA-256. */
async function preprocess({ wasm, files, card }: PictureParams): Promise<Work> {
  const guest = await Guest.load(wasm);
  guest.openCard(card);
  return overPictures(
    guest,
    files,
    (image, length) => guest.call.edge_preprocess?.(image, length, 0, 0, 0) ?? 0,
    (result) => {
      guest.check(result);
      const [tensor = 0, length = 0] = guest.words(result, 28, 32);
      return [tensor, length];
    },
  );
}

/** The tensor alone. */
async function tensor({ wasm, files, card, bytes }: PictureParams & { bytes: number }): Promise<Work> {
  const guest = await Guest.load(wasm);
  guest.openCard(card);
  return overPictures(
    guest,
    files,
    (image, length) => guest.call.tensorOf?.(image, length) ?? 0,
    (address) => {
      if (address === 0) throw new Error('preprocessing failed');
      return [address, bytes];
    },
  );
}

/** A kernel whose arguments do not change from call to call, and where its output lies. */
function fixedCall(guest: Guest, run: () => unknown, address: number, length: number): Work {
  return { units: 1, call: () => void run(), output: () => guest.bytes(address, length) };
}

/** A picture of raw RGB pixels and the size that is wanted. */
export interface ResizeParams {
  wasm: string;
  raw: string;
  size: [number, number];
  to: [number, number];
  /** Numbers of kernels/types.ts. */
  profile: number;
  filter: number;
  antialias: boolean;
}

async function resize({ wasm, raw, size, to, profile, filter, antialias }: ResizeParams): Promise<Work> {
  const guest = await Guest.load(wasm);
  const src = guest.put(readFileSync(raw));
  const length = to[0] * to[1] * 3;
  const dst = guest.take(length);
  const run = guest.call.resizePicture as (...args: number[]) => number;
  return fixedCall(
    guest,
    () => {
      const status = run(profile, filter, antialias ? 1 : 0, 3, src, ...size, dst, ...to);
      if (status !== 0) throw new Error(`resizing failed with ${status}`);
    },
    dst,
    length,
  );
}

interface PassParams extends ResizeParams {
  pass: 'horizontal' | 'vertical';
  vector: boolean;
}

/** One pass of the resize stage over a whole picture, plain or SIMD. */
async function resizePass({ wasm, raw, size, to, filter, pass, vector }: PassParams): Promise<Work> {
  const guest = await Guest.load(wasm);
  const src = guest.put(readFileSync(raw));
  const [width, height] = size;
  const [newWidth, newHeight] = to;
  const flag = vector ? 1 : 0;
  const length = pass === 'horizontal' ? newWidth * height * 3 : width * newHeight * 3;
  const dst = guest.take(length + 64);
  const { horizontalPass, verticalPass } = guest.call;
  const run =
    pass === 'horizontal'
      ? () => horizontalPass?.(flag, filter, src, width, dst, newWidth, height)
      : () => verticalPass?.(flag, filter, src, width * 3, height, dst, newHeight);
  return fixedCall(guest, run, dst, length);
}

/** Sides of the tensor of {@link normalize}. */
const SIDE = 224;

async function normalize({ wasm, raw }: { wasm: string; raw: string }): Promise<Work> {
  const guest = await Guest.load(wasm);
  const src = guest.put(readFileSync(raw));
  const length = SIDE * SIDE * 3 * 4;
  const dst = guest.take(length);
  guest.call.normalizePrepare?.();
  return fixedCall(guest, () => guest.call.normalizePicture?.(src, SIDE, SIDE, 0, dst), dst, length);
}

/** softmax and the best five of f32 logits: five rows {class i32, probability f32}. */
async function rank({ wasm, logits }: { wasm: string; logits: string }): Promise<Work> {
  const guest = await Guest.load(wasm);
  const values = readFileSync(logits);
  const count = values.length / 4;
  const src = guest.put(values);
  const scratch = guest.take(values.length);
  const rows = guest.take(5 * 8);
  return fixedCall(guest, () => guest.call.softmaxTopK?.(src, count, 0, 5, scratch, rows), rows, 40);
}

const INTEGER_I8 = 1;

/** What every int8 form in this benchmark is scaled by. */
export const QUANTIZED = { scale: 0.023529412, zero: -3 } as const;

async function dequantize({ wasm, values }: { wasm: string; values: string }): Promise<Work> {
  const guest = await Guest.load(wasm);
  const bytes = readFileSync(values);
  const src = guest.put(bytes);
  const dst = guest.take(bytes.length * 4);
  const { scale, zero } = QUANTIZED;
  return fixedCall(
    guest,
    () => guest.call.dequantize?.(INTEGER_I8, src, bytes.length, scale, zero, dst),
    dst,
    bytes.length * 4,
  );
}

/** memory.copy of as many bytes as {@link dequantize} writes. */
async function copy({ wasm, bytes }: { wasm: string; bytes: number }): Promise<Work> {
  const guest = await Guest.load(wasm);
  const src = guest.take(bytes);
  const dst = guest.take(bytes);
  return fixedCall(guest, () => guest.call.copyBytes?.(dst, src, bytes), dst, bytes);
}

async function hash({ wasm, values }: { wasm: string; values: string }): Promise<Work> {
  const guest = await Guest.load(wasm);
  const bytes = readFileSync(values);
  const src = guest.put(bytes);
  const digest = guest.take(32);
  return fixedCall(guest, () => guest.call.sha256?.(src, bytes.length, digest), digest, 32);
}

export const MODULE_WORK: Readonly<Record<string, MakeWork>> = {
  decode,
  preprocess,
  tensor,
  resize,
  resizePass,
  normalize,
  rank,
  dequantize,
  copy,
  hash,
};
