/** Passes of softmax: vectors of `size` f32; top-k of them. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** f32 for a form: hard ones, or ordinary ones of about the size of logits. */
function logits(form: Form, n: number): Float32Array {
  if (form.random(2) === 0) return form.hardFloats(n);
  return Float32Array.from({ length: n }, () => (form.random(400_001) - 200_000) / 10_000);
}

export const softmaxPairs: readonly KernelPair[] = [
  {
    name: 'greatest',
    run: (form, n) =>
      new Uint8Array(Float32Array.of(form.call('greatest', form.place(logits(form, n)), n)).buffer),
  },
  {
    name: 'exponentials',
    run(form, n) {
      const values = logits(form, n);
      const top = form.random(30) - 10;
      const dst = form.output(n * 4);
      const sum = form.call('exponentials', form.place(values), n, top, 1.5, dst);
      const inPlace = form.output(new Uint8Array(values.buffer));
      form.call('exponentials', inPlace, n, top, 1.5, inPlace);
      const sumBytes = new Uint8Array(Float64Array.of(sum).buffer);
      return concat(sumBytes, form.readFloats(dst, n), form.readFloats(inPlace, n));
    },
  },
  {
    name: 'scaleAll',
    run(form, n) {
      const data = form.output(new Uint8Array(form.hardFloats(n).buffer));
      form.call('scaleAll', data, n, 3.7);
      return form.readFloats(data, n);
    },
  },
  {
    name: 'logarithms',
    run(form, n) {
      const dst = form.output(n * 4);
      form.call('logarithms', form.place(logits(form, n)), n, 3.5, 0.7, 1.25, dst);
      return form.readFloats(dst, n);
    },
  },
  {
    name: 'sigmoid',
    run(form, n) {
      const dst = form.output(n * 4);
      form.call('sigmoid', form.place(logits(form, n)), n, dst);
      return form.readFloats(dst, n);
    },
  },
];

export const topKPairs: readonly KernelPair[] = [1, 3, 17, 1000].flatMap((k) =>
  ['logits', 'ties'].map((kind) => ({
    name: `topK of ${k} (${kind})`,
    run(form: Form, n: number) {
      const scores =
        kind === 'logits' ? logits(form, n) : Float32Array.from({ length: n }, () => form.random(4) - 2);
      const rows = form.output(Math.min(k, n) * 8);
      const factor = form.random(2) === 0 ? 1 : 1e-41;
      const kept = form.call('topK', form.place(scores), n, factor, k, rows);
      return concat(Uint8Array.of(kept & 255, kept >> 8), form.readFloats(rows, kept * 2));
    },
  })),
);
