/** Row kernels of the resize profile `tensorflow`: `size` output pixels, or `size` values of a vertical pass. */
import type { Form, KernelPair } from '../kernel_pairs.js';

/** Bytes that these kernels may write behind their output. */
const SLACK = 32;
/** Bytes behind a row that they may read. */
const GUARD = 16;

/** Samples as the kernels meet them: finite, some of them large or tiny. */
function samples(form: Form, count: number): Float32Array {
  return form.hardFloats(count).map((value) => (Math.abs(value) < 1e30 ? value : 255));
}

/** Bounds i32[count][2] in a source of `width` pixels, at most `most` of them each. */
function bounds(form: Form, count: number, width: number, most: number): Int32Array {
  const out = new Int32Array(count * 2);
  for (let i = 0; i < count; i++) {
    const n = 1 + form.random(Math.min(most, width));
    out[2 * i] = form.random(width - n + 1);
    out[2 * i + 1] = n;
  }
  return out;
}

/** A row with bytes behind it that may be read. */
function guarded(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...bytes, ...new Uint8Array(GUARD));
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

export const tensorflowPairs: readonly KernelPair[] = [
  ...[1, 2, 3, 4].flatMap((channels): KernelPair[] => [
    {
      name: `linearRow, ${channels} channels`,
      run(form, count) {
        const width = 1 + form.random(40);
        const src = form.place(guarded(form.randomBytes(width * channels)));
        const between = Float32Array.from({ length: count * 2 }, () => form.random(1 << 24) / (1 << 24));
        const dst = form.output(count * channels * 4 + SLACK);
        form.call(
          'linearRow',
          src,
          dst,
          channels,
          count,
          form.place(bounds(form, count, width, 2)),
          form.place(between),
        );
        return form.read(dst, count * channels * 4);
      },
    },
    {
      name: `weightedRow, ${channels} channels`,
      run(form, count) {
        const width = 1 + form.random(40);
        const taps = 1 + form.random(9);
        const src = form.place(guarded(bytesOf(samples(form, width * channels))));
        const dst = form.output(count * channels * 4 + SLACK);
        const at = form.place(bounds(form, count, width, taps));
        const table = form.place(samples(form, count * taps));
        form.call('weightedRow', src, dst, channels, count, at, table, taps);
        return form.readFloats(dst, count * channels);
      },
    },
  ]),
  {
    name: 'linearRows',
    run(form, values) {
      const top = form.place(guarded(bytesOf(samples(form, values))));
      const bottom = form.place(guarded(bytesOf(samples(form, values))));
      const dst = form.output(values * 4 + SLACK);
      form.call('linearRows', top, bottom, form.random(1 << 24) / (1 << 24), dst, values);
      return form.readFloats(dst, values);
    },
  },
  {
    name: 'weightedRows',
    run(form, values) {
      const n = 1 + form.random(9);
      const rows = Uint32Array.from({ length: n }, () => form.place(guarded(form.randomBytes(values))));
      const weights = form.place(samples(form, n));
      const dst = form.output(values * 4 + SLACK);
      form.call('weightedRows', form.place(rows), weights, n, dst, values);
      return form.readFloats(dst, values);
    },
  },
];
