/** Normalisations that people train with, and those that a reference itself betrays. */
import type { Line } from './measure.js';
import type { ElementType, Values } from './values.js';

/** A way to scale samples. */
interface Scaling {
  divide?: number;
  multiply?: number;
}

const SCALINGS: readonly Scaling[] = [
  {},
  { divide: 255 },
  { multiply: 1 / 255 },
  { divide: 127.5 },
  { multiply: 1 / 127.5 },
  { divide: 128 },
  { divide: 256 },
  { multiply: 1 / 256 },
];

/** Mean and std for RGB, by the name they go by. */
const KNOWN: readonly { name: string; mean: readonly number[]; std: readonly number[] }[] = [
  { name: 'none', mean: [0, 0, 0], std: [1, 1, 1] },
  { name: 'ImageNet', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { name: '0.5', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  { name: '1', mean: [1, 1, 1], std: [1, 1, 1] },
  {
    name: 'CLIP',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  { name: 'CIFAR-10', mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
  { name: 'CIFAR-10', mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  { name: 'ImageNet, 0 to 255', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  { name: 'Caffe', mean: [123.68, 116.779, 103.939], std: [1, 1, 1] },
  { name: 'Caffe', mean: [123, 117, 104], std: [1, 1, 1] },
  { name: '127.5', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  { name: '127.5 and 128', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] },
  { name: '128', mean: [128, 128, 128], std: [128, 128, 128] },
];

/** The first list's numbers are those that the second begins with. */
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, i) => value === b[i]);

/** What a mean and std are called, if they have a name. */
function nameOf(mean: readonly number[], std: readonly number[]): string | undefined {
  const named = (m: readonly number[], s: readonly number[]) =>
    KNOWN.find((known) => same(m, known.mean) && same(s, known.std))?.name;
  const turned = named(reversedOf(mean), reversedOf(std));
  return named(mean, std) ?? (turned === undefined ? undefined : `${turned}, the other way round`);
}

const reversedOf = (numbers: readonly number[]): number[] => [...numbers].reverse();

/** Mean and std to try beside a card's own, without doubles. */
function statistics({ mean, std }: Values): { mean: readonly number[]; std: readonly number[] }[] {
  const channels = mean.length;
  const zeros = Array.from({ length: channels }, () => 0);
  const ones = Array.from({ length: channels }, () => 1);
  const known = KNOWN.map((row) => ({ mean: row.mean.slice(0, channels), std: row.std.slice(0, channels) }));
  const list = [
    { mean, std },
    { mean: reversedOf(mean), std: reversedOf(std) },
    { mean, std: ones },
    { mean: zeros, std },
    { mean: reversedOf(mean), std },
    ...known,
    ...known.map((row) => ({ mean: reversedOf(row.mean), std: reversedOf(row.std) })),
    ...known.map((row) => ({ mean: row.mean, std: ones })),
  ];
  return list.filter(
    (row, i) => list.findIndex((other) => same(other.mean, row.mean) && same(other.std, row.std)) === i,
  );
}

/** The card's scaling, that with the operation exchanged, and the usual ones. */
function scalings({ divide, multiply }: Values): Scaling[] {
  const own: Scaling[] = [];
  if (divide !== undefined) own.push({ divide }, { multiply: 1 / divide });
  if (multiply !== undefined) own.push({ multiply }, { divide: tidy(1 / multiply) });
  const list = [...own, ...SCALINGS];
  return list.filter(
    (row, i) =>
      list.findIndex((other) => other.divide === row.divide && other.multiply === row.multiply) === i,
  );
}

/** 254.99999999999997 is 255. */
const tidy = (value: number): number => Number(value.toPrecision(12));

/** The card's values with this scaling alone changed, or with these statistics alone. */
export function singleNormalizations(values: Values): Values[] {
  const scaled = scalings(values).map((scaling) => ({
    ...values,
    divide: undefined,
    multiply: undefined,
    ...scaling,
  }));
  const moved = statistics(values).map(({ mean, std }) => ({ ...values, mean, std }));
  return [...scaled, ...moved];
}

/** All scalings with all statistics. */
export function allNormalizations(values: Values): Values[] {
  return scalings(values).flatMap((scaling) =>
    statistics(values).map(({ mean, std }) => ({
      ...values,
      divide: undefined,
      multiply: undefined,
      ...scaling,
      mean,
      std,
    })),
  );
}

/** True for a mean and std that have a name, in either order of colours. */
export function isKnown({ mean, std }: Values): boolean {
  return KNOWN.some((known) =>
    [known, { mean: reversedOf(known.mean), std: reversedOf(known.std) }].some(
      (row) => same(mean, row.mean) && same(std, row.std),
    ),
  );
}

/** Significant digits that means and stds are written with. */
const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Normalisations that lie on the lines that were fitted, in the numbers that people would have written: mean and std with
 * few digits, after a division by 255 or without.
 */
export function recoveredNormalizations(values: Values, lines: readonly Line[]): Values[] {
  if (lines.some(({ slope }) => !Number.isFinite(slope) || slope <= 0)) return [];
  const list: Values[] = [];
  for (const scaling of scalings(values)) {
    const range = scaling.divide ?? (scaling.multiply === undefined ? 1 : 1 / scaling.multiply);
    for (const digits of DIGITS) {
      const round = (value: number) => Number(value.toPrecision(digits)) + 0;
      const std = lines.map(({ slope }) => round(1 / (slope * range)));
      const mean = lines.map(({ slope, offset }) => fix(-offset / (slope * range), digits));
      list.push({ ...values, divide: undefined, multiply: undefined, ...scaling, mean, std });
    }
  }
  return list;
}

/** Rounded to `digits` digits behind the point (before it, for large numbers). */
const fix = (value: number, digits: number): number =>
  (Math.abs(value) < 1 ? Number(value.toFixed(digits)) : Number(value.toPrecision(digits))) + 0;

/** Element types and quantisations in which a reference of this type may be meant. */
export function quantizations(values: Values, dtype: ElementType): Values[] {
  const to = (scale: number, zero: number, rounding: Values['rounding'] = 'even') => ({
    ...values,
    dtype,
    scale,
    zero,
    rounding,
  });
  if (dtype === 'f32' || dtype === 'f16') return [to(1, 0)];
  const own =
    values.dtype === dtype ? [to(values.scale, values.zero), to(values.scale, values.zero, 'cut')] : [];
  return [...own, to(1, 0), to(1, 0, 'cut'), ...(dtype === 'i8' ? [to(1, -128)] : [])];
}

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** "(x / 255 - 0.5) / 0.5", "(x / 255 - mean) / std with mean [...] and std [...]". */
export function formulaOf({ divide, multiply, mean, std }: Values): string {
  const scaled =
    divide !== undefined ? `x / ${number(divide)}` : multiply !== undefined ? `x * ${number(multiply)}` : 'x';
  const uniform = (list: readonly number[]) => list.every((value) => value === list[0]);
  const list = (numbers: readonly number[]) => `[${numbers.map(number).join(', ')}]`;
  const plainMean = uniform(mean);
  const plainStd = uniform(std);
  let text = scaled;
  const known: string[] = [];
  if (!plainMean || mean[0] !== 0) {
    text = `${text} - ${plainMean ? number(mean[0]!) : 'mean'}`;
    if (!plainMean) known.push(`mean ${list(mean)}`);
  }
  if (!plainStd || std[0] !== 1) {
    text = `${text === scaled ? text : `(${text})`} / ${plainStd ? number(std[0]!) : 'std'}`;
    if (!plainStd) known.push(`std ${list(std)}`);
  }
  const name = nameOf(mean, std);
  return known.length === 0
    ? text
    : `${text} with ${known.join(' and ')}${name === undefined ? '' : ` (${name})`}`;
}
