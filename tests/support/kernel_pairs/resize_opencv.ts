/** Row kernels of the resize profile `opencv`: `size` output pixels, or `size` values of a vertical pass. */
import type { Form, KernelPair } from '../kernel_pairs.js';

/** Bytes that these kernels may write behind their output. */
const SLACK = 32;
/** Bytes behind a row that they may read. */
const GUARD = 48;

type Numbers = Uint8Array | Int16Array | Int32Array | Float32Array;

/** Address of data with bytes behind it that may be read. */
function placed(form: Form, data: Numbers): number {
  const bytes = new Uint8Array(data.byteLength + GUARD);
  bytes.set(new Uint8Array(data.buffer));
  return form.place(bytes);
}

/** Addresses of `n` rows, in a list. */
function rowList(form: Form, n: number, row: () => Numbers): number {
  return form.place(Uint32Array.from({ length: n }, () => placed(form, row())));
}

/** Runs `NAMERow` on `count` pixels; `weights` are `taps` of each. */
function runRow(
  form: Form,
  name: string,
  channels: number,
  count: number,
  taps: number,
  valueBytes: number,
  weights: Numbers,
  ...more: number[]
): Uint8Array {
  const width = taps + form.random(40);
  const bounds = new Int32Array(count * 2);
  for (let i = 0; i < count; i++) {
    bounds[2 * i] = form.random(width - taps + 1);
    bounds[2 * i + 1] = 1 + form.random(taps);
  }
  const src = placed(form, form.randomBytes(width * channels));
  const bytes = count * channels * valueBytes;
  const dst = form.output(bytes + SLACK);
  form.call(name, src, dst, channels, count, form.place(bounds), form.place(weights), ...more);
  return form.read(dst, bytes);
}

/** Runs `NAMERows`, whose arguments are `before`, output, number of values, `after`. */
function runRows(
  form: Form,
  name: string,
  values: number,
  before: number[],
  after: number[] = [],
): Uint8Array {
  const dst = form.output(values + SLACK);
  form.call(name, ...before, dst, values, ...after);
  return form.read(dst, values);
}

/** Two 11-bit weights, 2048 together. */
function linearWeights(form: Form): [number, number] {
  const second = form.random(4) === 0 ? 2048 * form.random(2) : form.random(2049);
  return [2048 - second, second];
}

const cubicWeight = (form: Form) => form.random(3001) - 500;

const columnPairs = [1, 2, 3, 4].flatMap((channels): KernelPair[] => [
  {
    name: `opencv linearRow, ${channels} channels`,
    run(form, count) {
      const weights = Int16Array.from(Array.from({ length: count }, () => linearWeights(form)).flat());
      return runRow(form, 'opencvLinearRow', channels, count, 2, 2, weights);
    },
  },
  {
    name: `opencv halfRow, ${channels} channels`,
    run(form, count) {
      const first = form.random(3);
      const src = placed(form, form.randomBytes((first + 2 * count) * channels));
      const dst = form.output(count * channels * 2 + SLACK);
      form.call('opencvHalfRow', src, dst, channels, count, form.place(Int32Array.of(first, 2)));
      return form.read(dst, count * channels * 2);
    },
  },
  {
    name: `opencv cubicRow, ${channels} channels`,
    run(form, count) {
      const weights = Int16Array.from({ length: count * 4 }, () => cubicWeight(form));
      return runRow(form, 'opencvCubicRow', channels, count, 4, 4, weights);
    },
  },
  {
    name: `opencv areaRow, ${channels} channels`,
    run(form, count) {
      const taps = 1 + form.random(9);
      const weights = Float32Array.from({ length: count * taps }, () => form.random(1 << 24) / (1 << 24));
      return runRow(form, 'opencvAreaRow', channels, count, taps, 4, weights, taps);
    },
  },
]);

const rowPairs: KernelPair[] = [
  {
    name: 'opencv linearRows',
    run(form, values) {
      // The largest value between the passes is 255 * 2048 >> 4.
      const rows = rowList(form, 2, () => Int16Array.from({ length: values }, () => form.random(32641)));
      const weights = form.place(Int32Array.from(linearWeights(form)));
      return runRows(form, 'opencvLinearRows', values, [rows, weights]);
    },
  },
  {
    name: 'opencv halfRows',
    run(form, values) {
      const rows = rowList(form, 2, () => Int16Array.from({ length: values }, () => form.random(511)));
      return runRows(form, 'opencvHalfRows', values, [rows]);
    },
  },
  {
    name: 'opencv cubicRows',
    run(form, values) {
      const samples = () => Int32Array.from({ length: values }, () => form.random(900_000) - 150_000);
      const rows = rowList(form, 4, samples);
      const weights = form.place(Int32Array.from({ length: 4 }, () => cubicWeight(form)));
      const floats = [0, values, Math.max(0, values - 7), form.random(values + 1)][form.random(4)] ?? 0;
      return runRows(form, 'opencvCubicRows', values, [rows, weights], [floats]);
    },
  },
  {
    name: 'opencv areaRows, shares',
    run(form, values) {
      const n = 1 + form.random(9);
      const samples = () => Float32Array.from({ length: values }, () => form.random(255 << 16) / (1 << 16));
      const weights = Float32Array.from({ length: n }, () => form.random(1 << 24) / (1 << 24) / n);
      return runRows(
        form,
        'opencvAreaRows',
        values,
        [rowList(form, n, samples), form.place(weights), n],
        [1],
      );
    },
  },
  ...[2, 200, 65535].map((width) => ({
    name: `opencv areaRows, blocks ${width} wide`,
    run(form: Form, values: number) {
      const n = 1 + form.random(9);
      const samples = () => Float32Array.from({ length: values }, () => form.random(255 * width + 1));
      const before = [rowList(form, n, samples), form.place(new Float32Array(n).fill(1)), n];
      return runRows(form, 'opencvAreaRows', values, before, [Math.fround(1 / (width * n))]);
    },
  })),
];

export const opencvPairs: readonly KernelPair[] = [...columnPairs, ...rowPairs];
