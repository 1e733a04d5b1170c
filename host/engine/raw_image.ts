/** Raw frames as cameras and video decoders give them. */
import { EdgeInferError, EXIT } from '../errors.js';

/** Formats 1, 2, ... of the module: assembly/codecs/raw_format.ts. */
const FORMATS = ['gray', 'graya', 'rgb', 'rgba', 'bgr', 'bgra', 'nv12', 'nv21', 'i420', 'yuyv'] as const;
const MATRICES = ['bt601', 'bt709'] as const;
const RANGES = ['limited', 'full'] as const;
/** Formats from here on are Y'CbCr. */
const FIRST_YUV = FORMATS.indexOf('nv12');

/**
 * How raw pixels lie in memory. Interleaved: `gray`, `graya` (gray and alpha), `rgb`, `rgba`, `bgr`, `bgra`. A plane of Y
 * and chroma at half the width and height, rounded up: `nv12` (a plane of CbCr pairs), `nv21` (CrCb pairs), `i420` (a plane
 * of Cb, one of Cr). `yuyv` (YUY2): Y Cb Y Cr for two pixels side by side.
 */
export type PixelFormat = (typeof FORMATS)[number];

/** Raw pixels, 8 bits a sample, rows from top to bottom without padding. */
export interface RawImage {
  data: Uint8Array | Uint8ClampedArray;
  /** Pixels. */
  width: number;
  height: number;
  /** Default: `gray`, `rgb` or `rgba`, whichever the number of bytes fits. */
  format?: PixelFormat;
  /** Of Y'CbCr formats: `bt601` (the default, and what OpenCV's cvtColor does) or `bt709`. */
  matrix?: (typeof MATRICES)[number];
  /** Of Y'CbCr formats: `limited` (the default), Y of 16 to 235; `full`, 0 to 255, as in JPEG. */
  range?: (typeof RANGES)[number];
}

/** Pixels in the order red, green, blue. */
export interface RgbImage {
  rgb: Uint8Array;
  width: number;
  height: number;
}

/** What sharp's `toBuffer({ resolveWithObject: true })` gives: raw pixels, or a file where `format` is not `raw`. */
export interface SharpOutput {
  data: Uint8Array;
  info: { width: number; height: number; channels: number; format?: string };
}

/** Formats by the number of channels. */
const BY_CHANNELS = [undefined, 'gray', 'graya', 'rgb', 'rgba'] as const;

/** The pixels of one of the forms, undefined for anything else and for a file. */
export function rawImageOf(source: RawImage | RgbImage | SharpOutput): RawImage | undefined {
  if ('rgb' in source) {
    const { rgb, width, height } = source;
    return isSamples(rgb) ? { data: rgb, width, height, format: 'rgb' } : undefined;
  }
  if (!isSamples(source.data)) return undefined;
  if (!('info' in source)) return source;
  const { width, height, channels, format = 'raw' } = source.info;
  const fits = format === 'raw' ? BY_CHANNELS[channels] : undefined;
  return fits === undefined ? undefined : { data: source.data, width, height, format: fits };
}

/** Whether this is 8 bits a sample, as bytes. */
function isSamples(data: unknown): boolean {
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}

/**
 * The layout as a number that the module takes. It checks the number of bytes itself when there is a format.
 *
 * @throws EdgeInferError exit 3 for a size that does not fit, 2 for words that do not exist or do not go together
 */
export function rawLayout({ data, width, height, format, matrix, range }: RawImage): number {
  const whole = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= 65535);
  const channels = data.byteLength / (width * height);
  if (!whole || (format === undefined && ![1, 3, 4].includes(channels))) {
    throw new EdgeInferError({
      code: 'INPUT_RAW_SIZE',
      message: `raw picture of ${data.byteLength} bytes is not gray, rgb or rgba of ${width}x${height}`,
      hint: 'give width and height that fit the data, or the format',
      exitCode: EXIT.input,
    });
  }
  const number = format === undefined ? channels : wordNumber('format', FORMATS, format) + 1;
  const coding = wordNumber('matrix', MATRICES, matrix) | (wordNumber('range', RANGES, range) << 8);
  if (number > FIRST_YUV || (matrix ?? range) === undefined) return number | (coding << 8);
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${format ?? 'a raw picture without format'} has no matrix and no range`,
    hint: `leave them out, or give a format of ${FORMATS.slice(FIRST_YUV).join(', ')}`,
    exitCode: EXIT.usage,
  });
}

/** Place of a word, 0 when it is absent. */
function wordNumber(name: string, words: readonly string[], word: string | undefined): number {
  const place = word === undefined ? 0 : words.indexOf(word);
  if (place >= 0) return place;
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `${name} is wrong (${word}): expected one of ${words.join(', ')}`,
    exitCode: EXIT.usage,
  });
}
