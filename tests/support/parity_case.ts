/** Cards, pictures and reference tensors for the tests of parity. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preprocess } from '../../host/index.js';
import type { CardInput, Resize } from '../../host/models/card.js';
import type { PatchOperation } from '../../host/parity/index.js';
import { makePng, type PngPlan, seeded } from './pictures.js';

/** Sides of the input of {@link CARD_INPUT}. */
export const SIDE = 24;

/** A card's input such as people have. */
export const CARD_INPUT: CardInput & { resize: Resize } = {
  name: 'input',
  dtype: 'f32',
  layout: 'NCHW',
  shape: [1, 3, SIDE, SIDE],
  color: 'RGB',
  resize: { profile: 'pillow', filter: 'bilinear', shortest: 31, crop: [SIDE, SIDE], origin: 'round' },
  normalize: { divide: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** A card around an input. */
export function cardAround(input: CardInput | CardInput[]): Record<string, unknown> {
  const files = [{ path: 'graph.onnx', sha256: '0'.repeat(64), bytes: 8 }];
  return {
    schema: 1,
    name: 'case',
    version: '1.0.0',
    task: 'raw',
    input,
    output: { name: 'output', dtype: 'f32', kind: 'raw' },
    graphs: [{ encoding: 'onnx', precision: 'fp32', files }],
  };
}

/** Writes a package whose graph is never loaded; gives its folder. */
export function writeCase(folder: string, input: CardInput | CardInput[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), JSON.stringify(cardAround(input)));
  return folder;
}

/** A picture with edges, slopes and noise, so that no two ways to resize it give the same; its sides share no factor. */
export function drawnPicture(more: Partial<PngPlan> = {}): Buffer {
  const random = seeded(7);
  const noise = Uint8Array.from({ length: 98 * 61 * 4 }, () => random());
  return makePng({
    width: 98,
    height: 61,
    depth: 8,
    color: 2,
    sample: (x, y, c) => {
      const edge = (x >> 3) + (y >> 4) + c;
      const slope = 40 + x + y + c * 9;
      return c === 3
        ? noise[x + y]!
        : Math.min(255, Math.max(0, slope + (edge & 1) * 60 + (noise[y * 98 + x + c]! >> 4)));
    },
    ...more,
  });
}

const DESCR = { f64: '<f8', f32: '<f4', f16: '<f2', u8: '|u1', i8: '|i1' } as const;

/** A `.npy` file of format 1, as numpy.save writes it. */
export function npy(
  dtype: keyof typeof DESCR | `>${string}` | `<${string}`,
  shape: readonly number[],
  data: Uint8Array,
): Buffer {
  const descr = dtype in DESCR ? DESCR[dtype as keyof typeof DESCR] : dtype;
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sides}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 0, 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), data]);
}

/** The reference that a pipeline with this input makes of a picture, as a `.npy` file. */
export async function referenceOf(folder: string, input: CardInput, picture: Uint8Array): Promise<Buffer> {
  const { dtype, shape, data } = await preprocess(picture, { model: writeCase(folder, input) });
  return npy(dtype, shape, data);
}

/** A copy of a document with a JSON Patch (RFC 6902) applied: add, replace and remove of members. */
export function patched<T>(document: T, patch: readonly PatchOperation[]): T {
  const copy = structuredClone(document);
  for (const { op, path, value } of patch) {
    const keys = path.split('/').slice(1);
    const last = keys.pop()!;
    // biome-ignore lint/suspicious/noExplicitAny: a path through any JSON
    const at = keys.reduce((place: any, key) => place[key], copy);
    if ((op === 'add') === last in at) throw new Error(`${op} ${path} does not suit the document`);
    if (op === 'remove') delete at[last];
    else at[last] = value;
  }
  return copy;
}
