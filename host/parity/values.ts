/**
 * From resized pixels to tensor elements: colour order, scaling, mean and std, the element type. This half of preprocessing
 * is a function of one sample, so that many variants of it are tried without the module; what is found to be equal is then
 * proved by the module.
 */
import type { CardInput, Normalize } from '../models/card.js';
import { roundToEven, roundToHalf } from './half.js';

const { fround } = Math;

/** Resized pixels of 0 to 255, before any normalisation: rows of pixels of channels, in the order RGB. */
export interface Pixels {
  values: Float32Array;
  channels: number;
  /** Every value is a whole number. */
  whole: boolean;
}

/** In which order and precision a pipeline computes ((x / divide | x * multiply) - mean) / std. */
export type Arithmetic = 'f32' | 'f64' | 'f32 then f64' | 'reciprocal' | 'multiply-add' | 'prescaled';

/** How each {@link Arithmetic} is called. */
export const ARITHMETIC_TEXTS: Readonly<Record<Arithmetic, string>> = {
  f32: 'each step rounded to f32',
  f64: 'computed in f64 and rounded once',
  'f32 then f64': 'scaled in f32, mean and std in f64',
  reciprocal: 'multiplied by 1 / std',
  'multiply-add': 'folded into x * a + b',
  prescaled: 'mean and std multiplied by the scale first, as albumentations and cv2.dnn.blobFromImage do',
};

/** Element types of tensors that cards can have. */
export type ElementType = 'f32' | 'f16' | 'u8' | 'i8';

/** How a sample becomes an element. */
export interface Values {
  /** BGR instead of RGB. */
  reversed: boolean;
  divide?: number | undefined;
  multiply?: number | undefined;
  /** One number a channel, in the tensor's order of colours. */
  mean: readonly number[];
  std: readonly number[];
  arithmetic: Arithmetic;
  dtype: ElementType;
  /** Of u8 and i8: q = clamp(round(v / scale) + zero). */
  scale: number;
  zero: number;
  /** Of u8 and i8: to the nearest (ties to even), or the fraction cut off. */
  rounding: 'even' | 'cut';
}

const perChannel = (numbers: readonly number[] | undefined, channels: number, absent: number): number[] =>
  Array.from({ length: channels }, (_, c) => numbers?.[c] ?? absent);

const single = (number: number | number[] | undefined, absent: number): number =>
  (Array.isArray(number) ? number[0] : number) ?? absent;

/** What a card says; throws nothing, the module has read the card before. */
export function valuesOf({ color, normalize = {}, dtype, quant }: CardInput, channels: number): Values {
  return {
    reversed: color === 'BGR',
    divide: normalize.divide,
    multiply: normalize.multiply,
    mean: perChannel(normalize.mean, channels, 0),
    std: perChannel(normalize.std, channels, 1),
    arithmetic: 'f32',
    dtype: dtype as ElementType,
    scale: single(quant?.scale, 1),
    zero: single(quant?.zero_point, 0),
    rounding: 'even',
  };
}

/** The card's input with these values; undefined when a card has no words for them. */
export function inputWith(input: CardInput, values: Values): CardInput | undefined {
  if (values.arithmetic !== 'f32' || values.rounding !== 'even') return undefined;
  const { normalize: _, quant: __, ...rest } = input;
  const out: CardInput = { ...rest, dtype: values.dtype };
  if (input.color !== 'gray') out.color = values.reversed ? 'BGR' : 'RGB';
  const normalize: Normalize = {};
  if (values.divide !== undefined) normalize.divide = values.divide;
  if (values.multiply !== undefined) normalize.multiply = values.multiply;
  if (values.mean.some((mean) => mean !== 0) || input.normalize?.mean !== undefined)
    normalize.mean = [...values.mean];
  if (values.std.some((std) => std !== 1) || input.normalize?.std !== undefined)
    normalize.std = [...values.std];
  if (Object.keys(normalize).length > 0) out.normalize = normalize;
  const quantised = values.dtype === 'u8' || values.dtype === 'i8';
  const plain = values.scale === 1 && values.zero === 0;
  if (quantised && (!plain || (input.quant !== undefined && input.dtype === values.dtype)))
    out.quant = { scale: values.scale, zero_point: values.zero };
  return out;
}

/** The real value of one sample of channel `c`, before the element type. */
function realValue(values: Values, c: number): (x: number) => number {
  const mean = values.mean[c]!;
  const std = values.std[c]!;
  const { divide, multiply } = values;
  const scale = multiply ?? (divide === undefined ? 1 : 1 / divide);
  const [mean32, std32] = [fround(mean), fround(std)];
  const [divide32, multiply32] = [fround(divide ?? 1), fround(multiply ?? 1)];
  const scaled =
    divide === undefined ? (x: number) => fround(x * multiply32) : (x: number) => fround(x / divide32);
  switch (values.arithmetic) {
    case 'f32':
      return (x) => fround(fround(scaled(x) - mean32) / std32);
    case 'f64':
      return divide === undefined
        ? (x) => fround((x * (multiply ?? 1) - mean) / std)
        : (x) => fround((x / divide - mean) / std);
    case 'f32 then f64':
      return (x) => fround((scaled(x) - mean) / std);
    case 'reciprocal': {
      const inverse = fround(1 / std32);
      return (x) => fround(fround(scaled(x) - mean32) * inverse);
    }
    case 'multiply-add': {
      const [a, b] = [fround(scale / std), fround(-mean / std)];
      return (x) => fround(fround(x * a) + b);
    }
    default: {
      // Mean and std of samples of 0 to 1, brought to the range of the samples.
      const range = fround(1 / scale);
      const [offset, inverse] = [fround(mean32 * range), fround(1 / fround(std32 * range))];
      return (x) => fround(fround(x - offset) * inverse);
    }
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The element of channel `c` that a sample becomes. */
export function elementOf(values: Values, c: number): (x: number) => number {
  const real = realValue(values, c);
  const { dtype, zero } = values;
  if (dtype === 'f32') return real;
  if (dtype === 'f16') return (x) => roundToHalf(real(x));
  const [low, high] = dtype === 'u8' ? [0, 255] : [-128, 127];
  const scale = fround(values.scale);
  const round = values.rounding === 'even' ? roundToEven : Math.trunc;
  return (x) => clamp(round(fround(real(x) / scale)) + zero, low, high);
}

/** The tensor of pixels, in the order of {@link Pixels}. `out` has as many elements. */
export function applyValues(values: Values, pixels: Pixels, out: Float32Array): void {
  const { channels } = pixels;
  for (let c = 0; c < channels; c += 1) {
    const from = values.reversed ? channels - 1 - c : c;
    const element = elementOf(values, c);
    if (pixels.whole) {
      const table = Float32Array.from({ length: 256 }, (_, x) => element(x));
      for (let i = c, j = from; i < out.length; i += channels, j += channels)
        out[i] = table[pixels.values[j]!]!;
    } else {
      for (let i = c, j = from; i < out.length; i += channels, j += channels)
        out[i] = element(pixels.values[j]!);
    }
  }
}
