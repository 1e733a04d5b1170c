/** Similarity and norms: vectors of `size` f32, matrices of seven of them. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const ROWS = 7;

function values(form: Form, count: number): Float32Array {
  if (form.random(3) === 0) return form.hardFloats(count);
  return Float32Array.from({ length: count }, () => (form.random(2_000_001) - 1_000_000) / 1_000_000);
}

const bits = (value: number) => new Uint8Array(Float64Array.of(value).buffer);

function rows(kernel: string): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(ROWS * 4);
      form.call(kernel, form.place(values(form, ROWS * n)), ROWS, n, form.place(values(form, n)), dst);
      return form.readFloats(dst, ROWS);
    },
  };
}

export const similarityPairs: readonly KernelPair[] = [
  {
    name: 'dot',
    run: (form, n) => bits(form.call('dot', form.place(values(form, n)), form.place(values(form, n)), n)),
  },
  rows('dotProducts'),
  rows('cosines'),
  {
    name: 'divideBy',
    run(form, n) {
      const dst = form.output(n * 4);
      form.call('divideBy', form.place(values(form, n)), n, 7.123456789, dst);
      return form.readFloats(dst, n);
    },
  },
];
