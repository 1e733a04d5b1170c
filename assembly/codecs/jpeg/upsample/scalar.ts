/**
 * Rows of a subsampled component brought to full width. "Fancy" is libjpeg's triangle filter: output
 * samples lie at 1/4 and 3/4 between input samples, weights 3/4 and 1/4 in each direction; the rounding
 * constants alternate, so that halves are not always rounded up. Neighbours outside the row repeat its edge.
 *
 * All read `width` samples of each input row (1 or more) and write 2 * `width` samples (`h1v2`: `width`).
 * SIMD twins may read up to 16 bytes past an input and write up to 16 past an output row.
 */

/** 2:1 vertically: three parts of the row `near`, one of `far`; `bias` 1 when far is above, 2 when below. */
export function fancyH1V2(near: usize, far: usize, width: i32, bias: i32, out: usize): void {
  for (let i: usize = 0; i < <usize>width; i++) {
    store<u8>(out + i, <u8>((3 * <i32>load<u8>(near + i) + <i32>load<u8>(far + i) + bias) >> 2));
  }
}

/**
 * 2:1 in both directions, `roundEven` and `roundOdd` being 8 and 7. With `far` the same row as `near`, and 7 and 8, 2:1
 * horizontally: all sums are four times as large, and of a rounding constant only its quarters count.
 */
export function fancyH2(
  near: usize,
  far: usize,
  width: i32,
  roundEven: i32,
  roundOdd: i32,
  out: usize,
): void {
  let here = 3 * <i32>load<u8>(near) + <i32>load<u8>(far);
  let left = here;
  for (let i = 0; i < width; i++) {
    const at = min(<usize>i + 1, <usize>width - 1);
    const right = 3 * <i32>load<u8>(near + at) + <i32>load<u8>(far + at);
    store<u8>(out + ((<usize>i) << 1), <u8>((3 * here + left + roundEven) >> 4));
    store<u8>(out + ((<usize>i) << 1), <u8>((3 * here + right + roundOdd) >> 4), 1);
    left = here;
    here = right;
  }
}
