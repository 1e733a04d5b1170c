/** How far a tensor is from the reference, and what of it a change of scale and offset would explain. */
import type { Pixels } from './values.js';

/** Distance of two tensors, in the reference's units. */
export interface Difference {
  /** Largest difference of an element. */
  max: number;
  /** Mean of the absolute differences. */
  mean: number;
  /** Elements that are not the same number, bit for bit. */
  differing: number;
}

/** Elements that are not finite in either count as differing and are left out of max and mean. */
export function differenceOf(ours: Float32Array, reference: Float32Array): Difference {
  let [max, sum, differing, counted] = [0, 0, 0, 0];
  for (let i = 0; i < ours.length; i += 1) {
    const [a, b] = [ours[i]!, reference[i]!];
    if (Object.is(a, b)) {
      counted += 1;
      continue;
    }
    differing += 1;
    const distance = Math.abs(a - b);
    if (!Number.isFinite(distance)) continue;
    counted += 1;
    sum += distance;
    if (distance > max) max = distance;
  }
  return { max, mean: counted === 0 ? 0 : sum / counted, differing };
}

/** The line a channel's elements lie on best: element = slope * sample + offset. */
export interface Line {
  slope: number;
  offset: number;
}

/** How well the reference is a line over the pixels, channel by channel. */
export interface Fit {
  lines: Line[];
  /** Share of the reference's variance that the lines leave, 0 to 1: 0 when the pixels are the same up to scale and offset. */
  unexplained: number;
}

/**
 * Least squares of the reference over the pixels.
 *
 * @param reversed the reference has its channels the other way round
 * @param stride only every so many pixels are looked at
 */
export function fitLines(pixels: Pixels, reference: Float32Array, reversed: boolean, stride = 1): Fit {
  const { channels, values } = pixels;
  const lines: Line[] = [];
  const step = channels * stride;
  let [left, total] = [0, 0];
  for (let c = 0; c < channels; c += 1) {
    const from = reversed ? channels - 1 - c : c;
    let [n, sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0];
    // Sums around a first value: the variance of numbers far from 0 would lose its digits.
    const [x0, y0] = [values[from]!, firstFinite(reference, c, channels)];
    for (let i = c, j = from; i < reference.length; i += step, j += step) {
      const [x, y] = [values[j]! - x0, reference[i]! - y0];
      if (!Number.isFinite(y)) continue;
      n += 1;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
    }
    const [vx, vxy, vy] = [sxx - (sx * sx) / n, sxy - (sx * sy) / n, syy - (sy * sy) / n];
    const slope = vx > 0 ? vxy / vx : 0;
    lines.push({ slope, offset: n === 0 ? 0 : (sy - slope * sx) / n + y0 - slope * x0 });
    left += Math.max(0, vy - slope * vxy);
    total += vy;
  }
  return { lines, unexplained: total > 0 ? left / total : 0 };
}

function firstFinite(values: Float32Array, from: number, step: number): number {
  for (let i = from; i < values.length; i += step) if (Number.isFinite(values[i]!)) return values[i]!;
  return 0;
}

/** What the lines leave, in samples of 0 to 255. */
export function levelsLeft(
  { channels, values }: Pixels,
  reference: Float32Array,
  reversed: boolean,
  lines: readonly Line[],
): { max: number; mean: number } {
  let [max, sum, counted] = [0, 0, 0];
  for (const [c, { slope, offset }] of lines.entries()) {
    if (slope === 0) continue;
    const from = reversed ? channels - 1 - c : c;
    for (let i = c, j = from; i < reference.length; i += channels, j += channels) {
      const distance = Math.abs((reference[i]! - offset) / slope - values[j]!);
      if (!Number.isFinite(distance)) continue;
      counted += 1;
      sum += distance;
      if (distance > max) max = distance;
    }
  }
  return { max, mean: counted === 0 ? 0 : sum / counted };
}
