/** Box conversions: `size` boxes. */
import type { KernelPair } from '../kernel_pairs.js';

/** A kernel (src, n, ...parameters, dst), which also works in place. */
function conversion(kernel: string, ...parameters: number[]): KernelPair {
  return {
    name: kernel,
    run(form, n) {
      const boxes = form.hardFloats(n * 4);
      const dst = form.output(n * 16);
      form.call(kernel, form.place(boxes), n, ...parameters, dst);
      const inPlace = form.output(new Uint8Array(boxes.buffer));
      form.call(kernel, inPlace, n, ...parameters, inPlace);
      return new Uint8Array(Buffer.concat([form.readFloats(dst, n * 4), form.readFloats(inPlace, n * 4)]));
    },
  };
}

function priors(yFirst: boolean): KernelPair {
  return {
    name: `decodePriors ${yFirst ? 'y first' : 'x first'}`,
    run(form, n) {
      const dst = form.output(n * 16);
      const [offsets, boxes] = [form.place(form.hardFloats(n * 4)), form.place(form.hardFloats(n * 4))];
      form.call('decodePriors', offsets, boxes, n, Number(yFirst), 10, 5, dst);
      return form.readFloats(dst, n * 4);
    },
  };
}

export const boxPairs: readonly KernelPair[] = [
  conversion('xywhToXyxy'),
  conversion('xyxyToXywh'),
  conversion('cxcywhToXyxy'),
  conversion('xyxyToCxcywh'),
  conversion('boxesToPicture', 80.5, -3, 1.7, 1.3, 640, 480),
  priors(true),
  priors(false),
];
