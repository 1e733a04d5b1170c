/** What a list of measurements comes to. */

/** Summary of one subject's samples, in the samples' own unit. */
export interface Summary {
  median: number;
  p95: number;
  /** First quartile: a quarter of the samples is below it. */
  q1: number;
  /** Third quartile; q1..q3 is the spread (interquartile range). */
  q3: number;
  /** How many samples. */
  rounds: number;
}

/**
 * The value below which the share `p` (0 to 1) of the samples lies, interpolated between neighbours as NumPy's
 * `percentile` does by default.
 *
 * @param sorted ascending, at least one
 */
export function quantile(sorted: readonly number[], p: number): number {
  const last = sorted.length - 1;
  if (last < 0) throw new RangeError('no samples');
  const place = Math.min(Math.max(p, 0), 1) * last;
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, last)] ?? low;
  return low + (high - low) * (place - below);
}

/** Median, p95 and quartiles of at least one sample. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    rounds: sorted.length,
  };
}

/** A straight line through points, and how sure its slope is. */
export interface Trend {
  /** Units of y for one of x. */
  slope: number;
  /** 95 % confidence interval of the slope. */
  low: number;
  high: number;
}

/** Of the normal distribution: 95 % lie within so many standard deviations. */
const WITHIN_95 = 1.96;

/**
 * The line of least squares through at least three points. Neighbours that deviate alike, as memory does between two
 * collections, say less than as many independent points: the standard error is made larger by sqrt((1 + r) / (1 - r)),
 * where r is the correlation of neighbouring residuals if it is positive (the effective number of samples of a first-order
 * autoregressive series; Santer et al. 2000, Journal of Geophysical Research 105).
 */
export function trendOf(points: readonly (readonly [x: number, y: number])[]): Trend {
  const count = points.length;
  if (count < 3) throw new RangeError('fewer than three points');
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const residuals = points.map(([x, y]) => y - meanY - slope * (x - meanX));
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const products = residuals.slice(1).reduce((sum, residual, i) => sum + residual * (residuals[i] ?? 0), 0);
  const alike = squares === 0 ? 0 : Math.min(Math.max(products / squares, 0), 0.99);
  const error = Math.sqrt((squares / (count - 2) / spread) * ((1 + alike) / (1 - alike)));
  return { slope, low: slope - WITHIN_95 * error, high: slope + WITHIN_95 * error };
}
