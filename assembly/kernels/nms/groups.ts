/**
 * Boxes while they are being suppressed, four to a group, so that one vector holds the same field of four boxes:
 *
 *    0  x1 x1 x1 x1    16  y1 ...    32  x2 ...    48  y2 ...    64  area f32 ...    80  class i32 ...
 */

export const GROUP_BYTES: usize = 96;

/** Bytes of the groups of `count` boxes. */
export function groupsBytes(count: i32): usize {
  return <usize>((max(count, 0) + 3) >> 2) * GROUP_BYTES;
}

/** Makes all places empty: of NaN, which overlaps nothing. */
export function clearGroups(groups: usize, count: i32): void {
  memory.fill(groups, 0xff, groupsBytes(count));
}

/** Writes the box x1, y1, x2, y2 at `box` and its class to a place. */
export function storeBox(groups: usize, place: i32, box: usize, category: i32): void {
  const at = groups + <usize>(place >> 2) * GROUP_BYTES + ((<usize>(place & 3)) << 2);
  const x1 = load<f32>(box);
  const y1 = load<f32>(box, 4);
  const x2 = load<f32>(box, 8);
  const y2 = load<f32>(box, 12);
  store<f32>(at, x1);
  store<f32>(at, y1, 16);
  store<f32>(at, x2, 32);
  store<f32>(at, y2, 48);
  store<f32>(at, (x2 - x1) * (y2 - y1), 64);
  store<i32>(at, category, 80);
}

/** Greatest f32 that is not above `limit`: x > limit and x > bar are the same for every f32 x. */
export function barBelow(limit: f64): f32 {
  const bar = <f32>limit;
  if (<f64>bar <= limit) return bar;
  const bits = reinterpret<i32>(bar);
  return reinterpret<f32>(bits < 0 ? bits + 1 : bits - 1);
}
