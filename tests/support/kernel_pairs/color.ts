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

/** Samples of a row as a format lays them out: steps, and where u and v begin behind the luma, in bytes. */
const YUV_ROWS = [
  { name: 'I420', lumaStep: 1, chromaStep: 1 },
  { name: 'NV12', lumaStep: 1, chromaStep: 2 },
  { name: 'YUYV', lumaStep: 2, chromaStep: 4 },
];

/** yuvToRgb with all four matrices. */
const yuvPairs: readonly KernelPair[] = YUV_ROWS.map(({ name, lumaStep, chromaStep }) => ({
  name: `yuvToRgb ${name}`,
  run(form, width) {
    const pairs = Math.ceil(width / 2);
    const rows: Uint8Array[] = [];
    for (let kind = 0; kind < 4; kind++) {
      const luma = form.place(form.randomBytes(pairs * 2 * lumaStep));
      const chroma = form.place(form.randomBytes(pairs * chromaStep * (chromaStep === 1 ? 2 : 1)));
      const u = lumaStep === 2 ? luma + 1 : chroma;
      const v = u + (chromaStep === 1 ? pairs : chromaStep / 2);
      const dst = form.output(width * 3);
      const matrix = form.callShared('yuvMatrix', kind >> 1, kind & 1);
      form.call('yuvToRgb', luma, lumaStep, u, v, chromaStep, dst, width, matrix);
      rows.push(form.read(dst, width * 3));
    }
    return Buffer.concat(rows);
  },
}));

export const colorPairs: readonly KernelPair[] = [
  row('rgbToBgr', 3, 3),
  row('bgraToRgba', 4, 4),
  row('rgbToGray', 3, 1),
  row('grayToRgb', 1, 3),
  row('rgbaDrop', 4, 3),
  row('grayAlphaDrop', 2, 1),
  row('rgbaOver', 4, 3, true),
  row('grayAlphaOver', 2, 1, true),
  ...yuvPairs,
];
