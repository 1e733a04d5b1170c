/** Random numbers that are the same in every run. */

/** A generator of whole numbers 0 .. n-1, by a linear congruence of 32 bits. */
export function seeded(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
