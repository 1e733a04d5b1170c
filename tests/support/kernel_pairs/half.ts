/** 16-bit floats: vectors of `size` numbers. */
import type { KernelPair } from '../kernel_pairs.js';

function widen(kernel: string): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(n * 4);
      form.call(kernel, form.place(form.randomBytes(n * 2)), n, dst);
      // Bytes, not floats: the payload of a NaN is a part of the contract here.
      return form.read(dst, n * 4);
    },
  };
}

function narrow(kernel: string): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(n * 2);
      form.call(kernel, form.place(form.hardFloats(n)), n, dst);
      return form.read(dst, n * 2);
    },
  };
}

export const halfPairs: readonly KernelPair[] = [
  widen('f16ToF32'),
  narrow('f32ToF16'),
  widen('bf16ToF32'),
  narrow('f32ToBf16'),
];
