/** Raw frames for tests: layouts as numbers, their sizes, and Y'CbCr -> RGB pixel by pixel. */

/** Formats 1, 2, ... of assembly/codecs/raw_format.ts. */
export const FORMATS = [
  'gray',
  'graya',
  'rgb',
  'rgba',
  'bgr',
  'bgra',
  'nv12',
  'nv21',
  'i420',
  'yuyv',
] as const;
export type Format = (typeof FORMATS)[number];

/** Where the samples of Y'CbCr come from. */
export interface Coding {
  readonly matrix: 'bt601' | 'bt709';
  readonly range: 'limited' | 'full';
}

/** The four codings; place in the array: matrix * 2 + range. */
export const CODINGS: readonly Coding[] = [
  { matrix: 'bt601', range: 'limited' },
  { matrix: 'bt601', range: 'full' },
  { matrix: 'bt709', range: 'limited' },
  { matrix: 'bt709', range: 'full' },
];

export const isYuv = (format: Format): boolean => FORMATS.indexOf(format) >= 6;

/** The number that the module takes. */
export function layoutOf(format: Format, coding: Coding = { matrix: 'bt601', range: 'limited' }): number {
  const matrix = coding.matrix === 'bt709' ? 1 : 0;
  const range = coding.range === 'full' ? 1 : 0;
  return (FORMATS.indexOf(format) + 1) | (matrix << 8) | (range << 16);
}

/** Bytes of a frame. */
export function frameBytes(format: Format, width: number, height: number): number {
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  if (format === 'yuyv') return columns * 4 * height;
  if (isYuv(format)) return width * height + columns * rows * 2;
  return width * height * ([1, 2, 3, 4, 3, 4][FORMATS.indexOf(format)] ?? 0);
}

/** Bytes of a generator: the top byte of x = 1664525 x + 1013904223; `hard` keeps only 0 and 255. */
export function noise(seed: number, count: number, hard = false): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return hard ? (state >>> 31) * 255 : state >>> 24;
  });
}

/** Luma offset and scale, blueU, greenU, greenV, redV of 255 a sample, as real numbers. */
export function realMatrix({ matrix, range }: Coding): number[] {
  const [kr, kb] = matrix === 'bt601' ? [0.299, 0.114] : [0.2126, 0.0722];
  const kg = 1 - kr - kb;
  const [offset, luma, chroma] = range === 'limited' ? [16, 255 / 219, 255 / 224] : [0, 1, 1];
  const [blueU, redV] = [2 * (1 - kb) * chroma, 2 * (1 - kr) * chroma];
  return [offset, luma, blueU, (-blueU * kb) / kg, (-redV * kr) / kg, redV];
}

/** Places of Y, Cb and Cr of a pixel in a frame. */
function places(format: Format, width: number, height: number, x: number, y: number): number[] {
  const columns = Math.ceil(width / 2);
  const pair = Math.floor(x / 2);
  if (format === 'yuyv') {
    const group = (y * columns + pair) * 4;
    return [group + (x % 2) * 2, group + 1, group + 3];
  }
  const luma = y * width + x;
  const chroma = Math.floor(y / 2) * columns + pair;
  const plane = width * height;
  if (format === 'i420') return [luma, plane + chroma, plane + columns * Math.ceil(height / 2) + chroma];
  const first = plane + chroma * 2;
  return format === 'nv12' ? [luma, first, first + 1] : [luma, first + 1, first];
}

/** RGB of a Y'CbCr frame, by the integer arithmetic that assembly/kernels/color/yuv_matrix.ts documents. */
export function yuvToRgb(
  data: Uint8Array,
  format: Format,
  width: number,
  height: number,
  coding: Coding,
): Uint8Array {
  const opencv = coding.matrix === 'bt601' && coding.range === 'limited';
  const [offset = 0, ...reals] = realMatrix(coding);
  const factors = opencv ? [1.164, 2.018, -0.391, -0.813, 1.596] : reals;
  // OpenCV's constants are its factors of 2^20 a unit, cut off; ours are rounded.
  const whole = factors.map((factor) => (opencv ? Math.trunc : Math.round)(factor * 2 ** 20));
  const [luma = 0, blueU = 0, greenU = 0, greenV = 0, redV = 0] = whole;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [at = 0, atU = 0, atV = 0] = places(format, width, height, x, y);
      const level = Math.max((data[at] ?? 0) - offset, 0) * luma;
      const [u, v] = [(data[atU] ?? 0) - 128, (data[atV] ?? 0) - 128];
      const sums = [level + redV * v, level + greenU * u + greenV * v, level + blueU * u];
      const samples = sums.map((sum) => Math.min(255, Math.max(0, Math.floor((sum + 2 ** 19) / 2 ** 20))));
      rgb.set(samples, (y * width + x) * 3);
    }
  }
  return rgb;
}
