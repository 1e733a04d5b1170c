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
