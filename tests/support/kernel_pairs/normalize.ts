/** Rows of `size` pixels into the tensor: every type, layout, number of channels; tables that are affine and not. */
import type { Form, KernelPair } from '../kernel_pairs.js';

const DTYPES = ['f32', 'f16', 'u8', 'i8', 'bf16'];
const ELEMENT_BYTES = [4, 2, 1, 1, 2];
const LAYOUTS = ['NCHW', 'NHWC'];
const HEIGHT = 2;
/** SCALE_*, factor, mean and std of the channels. */
const NORMALIZATIONS = [
  { scaling: 1, factor: 255, mean: [0.485, 0.456, 0.406, 0.5], std: [0.229, 0.224, 0.225, 0.25] },
  { scaling: 2, factor: 0.00392156862745098, mean: [0.5, 0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5, 0.5] },
  { scaling: 0, factor: 1, mean: [0, 0, 0, 0], std: [1, 1, 1, 1] },
];

function tensors(form: Form, dtype: number, layout: number, channels: number, width: number): Uint8Array[] {
  return NORMALIZATIONS.map(({ scaling, factor, mean, std }) => {
    const means = form.place(Float32Array.from(mean), 0);
    const stds = form.place(Float32Array.from(std), 0);
    const tables = form.place(new Uint8Array(channels * (1024 + 16)), 0);
    form.callShared(
      'normalizeTableBuild',
      ...[dtype, channels, scaling, factor, means, stds, 0.01865845, 114, tables],
    );
    const bytes = HEIGHT * width * channels * (ELEMENT_BYTES[dtype] ?? 0);
    const dst = form.output(bytes);
    for (let y = 0; y < HEIGHT; y++) {
      const src = form.place(form.randomBytes(width * channels));
      form.call('normalizeRow', src, width, channels, tables, dst, y, HEIGHT, layout, dtype);
    }
    return form.read(dst, bytes);
  });
}

export const normalizePairs: readonly KernelPair[] = DTYPES.flatMap((dtype, d) =>
  LAYOUTS.map((layout, l) => ({
    name: `normalizeRow ${dtype} ${layout}`,
    run: (form, width) =>
      Buffer.concat([1, 2, 3, 4].flatMap((channels) => tensors(form, d, l, channels, width))),
  })),
);
