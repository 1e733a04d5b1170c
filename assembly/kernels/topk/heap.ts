/**
 * Ranked rows while they are being chosen: a binary heap of i64 keys, the least of them first. A key is the score,
 * brought into the order of integers, above the complement of its index, so that one comparison of keys is the whole
 * order of ranking: the greater score, of equal scores the lower index, NaN last.
 */

/** Key of a score; -0 ranks as 0. */
export function rankKey(score: f32, index: i32): i64 {
  // Negative numbers: the greater their bits, the less they are. -infinity is above the key of NaN.
  const bits = reinterpret<i32>(score + 0);
  const order = score == score ? bits ^ ((bits >> 31) & 0x7fff_ffff) : i32.MIN_VALUE;
  return ((<i64>order) << 32) | <i64>(<u32>~index);
}

/** The index in a key. */
export function keyIndex(key: i64): i32 {
  return ~(<i32>key);
}

/** Puts `key` in at place `at` of a heap of `count` keys, whose least is missing there, and moves it to where it belongs. */
export function heapSink(heap: usize, at: i32, count: i32, key: i64): void {
  // at < count; a child is looked at only when its place is below count.
  for (let child = 2 * at + 1; child < count; child = 2 * at + 1) {
    let least = load<i64>(heap + ((<usize>child) << 3));
    if (child + 1 < count) {
      const right = load<i64>(heap + ((<usize>child) << 3), 8);
      if (right < least) {
        least = right;
        child++;
      }
    }
    if (key <= least) break;
    store<i64>(heap + ((<usize>at) << 3), least);
    at = child;
  }
  store<i64>(heap + ((<usize>at) << 3), key);
}

/** Makes a heap of `count` keys in any order: O(count). */
export function heapMake(heap: usize, count: i32): void {
  for (let at = (count >> 1) - 1; at >= 0; at--) {
    heapSink(heap, at, count, load<i64>(heap + ((<usize>at) << 3)));
  }
}

/** Takes the least of `count` > 0 keys out; the rest is a heap of count - 1. */
export function heapTake(heap: usize, count: i32): i64 {
  const least = load<i64>(heap);
  const last = count - 1;
  if (last > 0) heapSink(heap, 0, last, load<i64>(heap + ((<usize>last) << 3)));
  return least;
}

/** Turns a heap of `count` keys into rows {index i32, score f32}, best first; a score is scores[index] * factor. */
export function heapToRows(heap: usize, count: i32, scores: usize, factor: f32): void {
  // The place of the last key is free when the least one is taken out.
  for (let left = count; left > 0; left--) {
    const index = keyIndex(heapTake(heap, left));
    const row = heap + ((<usize>(left - 1)) << 3);
    store<i32>(row, index);
    store<f32>(row, load<f32>(scores + ((<usize>index) << 2)) * factor, 4);
  }
}
