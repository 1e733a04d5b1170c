/** Quantisation and number formats: vectors of `size` numbers. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const scaleOf = (form: Form) => (form.random(2) === 0 ? 0.5 : (form.random(1000) + 1) / 997);

function zeroOf(form: Form, kernel: string): number {
  if (kernel.endsWith('I16')) return form.random(65536) - 32768;
  return form.random(256) - (kernel.endsWith('I8') ? 128 : 0);
}

/** f32 -> integers of `bytes`, by scale and zero point. */
function quantize(kernel: string, bytes: number): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(n * bytes);
      form.call(kernel, form.place(form.hardFloats(n)), n, scaleOf(form), zeroOf(form, kernel), dst);
      return form.read(dst, n * bytes);
    },
  };
}

/** Integers of `bytes` -> f32, by scale and zero point. */
function dequantize(kernel: string, bytes: number): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(n * 4);
      form.call(kernel, form.place(form.randomBytes(n * bytes)), n, scaleOf(form), zeroOf(form, kernel), dst);
      return form.read(dst, n * 4);
    },
  };
}

/** Accumulators of all sizes. */
function accumulators(form: Form, n: number): Int32Array {
  return Int32Array.from({ length: n }, () => (form.random(2 ** 32) | 0) >> form.random(32));
}

const positive = (form: Form, n: number) => Float32Array.from({ length: n }, () => scaleOf(form) / 50);

function requantize(kernel: string, each: boolean): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(n);
      const multiplier = each ? form.place(positive(form, n)) : scaleOf(form) / 50;
      form.call(kernel, form.place(accumulators(form, n)), n, multiplier, zeroOf(form, kernel), dst);
      return form.read(dst, n);
    },
  };
}

function convert(kernel: string, bytes: number): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const dst = form.output(n * 4);
      form.call(kernel, form.place(form.randomBytes(n * bytes)), n, dst);
      return form.read(dst, n * 4);
    },
  };
}

export const quantizePairs: readonly KernelPair[] = [
  quantize('quantizeU8', 1),
  quantize('quantizeI8', 1),
  quantize('quantizeI16', 2),
  dequantize('dequantizeU8', 1),
  dequantize('dequantizeI8', 1),
  dequantize('dequantizeI16', 2),
  dequantize('dequantizeI32', 4),
  requantize('requantizeU8', false),
  requantize('requantizeI8', false),
  requantize('requantizeEachU8', true),
  requantize('requantizeEachI8', true),
  {
    name: 'dequantizeEachI32',
    run(form, n) {
      const dst = form.output(n * 4);
      const src = form.place(accumulators(form, n));
      form.call('dequantizeEachI32', src, n, 0.37, form.place(positive(form, n)), dst);
      return form.read(dst, n * 4);
    },
  },
  convert('f64ToF32', 8),
  convert('i32ToF32', 4),
];
