/** Colour kernels: rows of `size` pixels. */
import type { KernelPair } from '../kernel_pairs.js';

/** A kernel (src, dst, width[, background]) from `from` to `to` bytes a pixel, which also works in place. */
function row(kernel: string, from: number, to: number, background = false): KernelPair {
  return {
    name: kernel,
    run(form, width) {
      const pixels = form.randomBytes(width * from);
      const rest = background ? [form.random(2) * 255] : [];
      const dst = form.output(width * to);
      form.call(kernel, form.place(pixels), dst, width, ...rest);
      const apart = form.read(dst, width * to);
      if (to > from) return apart;
      const src = form.output(pixels);
      form.call(kernel, src, src, width, ...rest);
      return Uint8Array.of(...apart, ...form.read(src, width * to));
    },
  };
}

export const colorPairs: readonly KernelPair[] = [
  row('rgbToBgr', 3, 3),
  row('rgbToGray', 3, 1),
  row('grayToRgb', 1, 3),
  row('rgbaDrop', 4, 3),
  row('grayAlphaDrop', 2, 1),
  row('rgbaOver', 4, 3, true),
  row('grayAlphaOver', 2, 1, true),
];
