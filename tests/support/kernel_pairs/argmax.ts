/** Arg-max maps of `size` pixels, and the arg-max of `size` scores. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const PIXELS: readonly number[] = [...Array(40).keys(), 63, 200];
const CLASSES: readonly number[] = [1, 2, 3, 4, 5, 15, 16, 17, 21, 33, 300];

/** Scores with many equal ones, or hard ones. */
function scores(form: Form, count: number): Float32Array {
  if (form.random(2) === 0) return form.hardFloats(count);
  return Float32Array.from({ length: count }, () => form.random(5) - 2);
}

/** Bytes with many equal ones, or any. */
function bytes(form: Form, count: number): Uint8Array {
  if (form.random(2) === 0) return form.randomBytes(count);
  return Uint8Array.from({ length: count }, () => 126 + form.random(4));
}

function planes(kernel: string, elementBytes: number, signed?: boolean): KernelPair {
  return {
    name: `${kernel}${signed === undefined ? '' : signed ? ' i8' : ' u8'}`,
    sizes: PIXELS,
    run(form, pixels) {
      const parts = CLASSES.map((classes) => {
        const wide = classes > 256 || form.random(2) === 1;
        const stride = pixels + form.random(3);
        const map = form.output(pixels * (wide ? 2 : 1));
        const data = elementBytes === 4 ? scores(form, classes * stride) : bytes(form, classes * stride);
        const sign = signed === undefined ? [] : [Number(signed)];
        form.call(kernel, form.place(data), ...sign, classes, stride, pixels, Number(wide), map);
        return form.read(map, pixels * (wide ? 2 : 1));
      });
      return new Uint8Array(Buffer.concat(parts));
    },
  };
}

function rows(kernel: string, elementBytes: number, signed?: boolean): KernelPair {
  return {
    name: `${kernel}${signed === undefined ? '' : signed ? ' i8' : ' u8'}`,
    sizes: PIXELS,
    run(form, pixels) {
      const parts = CLASSES.map((classes) => {
        const wide = classes > 256 || form.random(2) === 1;
        const map = form.output(pixels * (wide ? 2 : 1));
        const data = elementBytes === 4 ? scores(form, classes * pixels) : bytes(form, classes * pixels);
        const sign = signed === undefined ? [] : [Number(signed)];
        form.call(kernel, form.place(data), ...sign, pixels, classes, Number(wide), map);
        return form.read(map, pixels * (wide ? 2 : 1));
      });
      return new Uint8Array(Buffer.concat(parts));
    },
  };
}

export const argmaxPairs: readonly KernelPair[] = [
  {
    name: 'argmax',
    run: (form, n) =>
      new Uint8Array(Int32Array.of(form.call('argmax', form.place(scores(form, n)), n)).buffer),
  },
  planes('argmaxPlanes', 4),
  planes('argmaxPlanesOfBytes', 1, true),
  planes('argmaxPlanesOfBytes', 1, false),
  rows('argmaxRows', 4),
  rows('argmaxRowsOfBytes', 1, true),
  rows('argmaxRowsOfBytes', 1, false),
];
