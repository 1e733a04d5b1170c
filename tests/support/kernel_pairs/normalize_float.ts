/** Rows of f32 samples into a tensor: rows of `size` pixels, every layout, type, channel count and order. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const LAYOUTS = ['NCHW', 'NHWC'];
const TYPES: readonly [string, number][] = [
  ['f32', 4],
  ['f16', 2],
  ['u8', 1],
  ['i8', 1],
  ['bf16', 2],
];
/** Rows of the tensor; the one that is written is the second. */
const HEIGHT = 3;

/** Every NaN of 16 bits as 0x7fff; `infinity` are the bits of that. */
function sameNaN(halves: Uint16Array, infinity: number): void {
  for (const [i, bits] of halves.entries()) if ((bits & 0x7fff) > infinity) halves[i] = 0x7fff;
}

/** A table whose scaling is that of number `scaling` (none, divide, multiply). */
function table(form: Form, channels: number, reversed: boolean, scaling: number): number {
  const means = form.place(form.hardFloats(channels));
  const stds = form.place(Float32Array.from({ length: channels }, () => (1 + form.random(1000)) / 333));
  const at = form.output(128, 0);
  form.callShared('floatTableBuild', channels, Number(reversed), scaling, 3.7, means, stds, 0.031, 7, at);
  return at;
}

export const normalizeFloatPairs: readonly KernelPair[] = TYPES.flatMap(([type, bytes], dtype) =>
  LAYOUTS.map(
    (name, layout): KernelPair => ({
      name: `normalizeFloatRow ${name} ${type}`,
      sizes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16, 17, 33, 224],
      run(form, width) {
        const written: Uint8Array[] = [];
        for (let turn = 0; turn < 12; turn++) {
          const channels = 1 + (turn & 3);
          const numbers = table(form, channels, form.random(2) === 1, turn % 3);
          // The kernel works in the row, and may write a vector behind it.
          const src = form.output(
            new Uint8Array(Float32Array.of(...form.hardFloats(width * channels), 0, 0, 0, 0).buffer),
          );
          const length = HEIGHT * width * channels * bytes;
          const dst = form.output(length);
          form.call('normalizeFloatRow', src, width, channels, numbers, dst, 1, HEIGHT, layout, dtype);
          const bytesOut = type === 'f32' ? form.readFloats(dst, length / 4) : form.read(dst, length);
          if (type === 'f16') sameNaN(new Uint16Array(bytesOut.buffer), 0x7c00);
          if (type === 'bf16') sameNaN(new Uint16Array(bytesOut.buffer), 0x7f80);
          written.push(bytesOut);
        }
        return Uint8Array.of(...written.flatMap((part) => [...part]));
      },
    }),
  ),
);
