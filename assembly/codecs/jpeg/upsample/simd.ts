/** The filters of scalar.ts in SIMD128, with identical results; 8 or 16 input samples a step. */
import * as scalar from './scalar';

class Taps {
  /** 8 column sums 3 * near + far at `at`. */
  @inline static sums(near: usize, far: usize): v128 {
    return i16x8.add(i16x8.mul(v128.load8x8_u(near), i16x8.splat(3)), v128.load8x8_u(far));
  }

  /** Lane 7 of `before`, then lanes 0..6 of `here`. */
  @inline static left(before: v128, here: v128): v128 {
    return i8x16.shuffle(before, here, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  }

  /** Lanes 1..7 of `here`, then lane 0 of `after`. */
  @inline static right(here: v128, after: v128): v128 {
    return i8x16.shuffle(here, after, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
  }

  /** 16 output samples of 8 column sums and their neighbours. */
  @inline static spread(left: v128, here: v128, right: v128, roundEven: v128, roundOdd: v128): v128 {
    const three = i16x8.mul(here, i16x8.splat(3));
    const even = i16x8.shr_u(i16x8.add(i16x8.add(three, left), roundEven), 4);
    const odd = i16x8.shr_u(i16x8.add(i16x8.add(three, right), roundOdd), 4);
    return v128.or(even, i16x8.shl(odd, 8));
  }

  /** Lane 0 in all lanes; lane 7 in all lanes. */
  @inline static first(x: v128): v128 {
    return i8x16.shuffle(x, x, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
  }

  @inline static last(x: v128): v128 {
    return i8x16.shuffle(x, x, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15);
  }
}

/** See scalar.ts. Whole vectors: reads and writes up to 15 bytes past the rows. */
export function fancyH1V2(near: usize, far: usize, width: i32, bias: i32, out: usize): void {
  const round = i16x8.splat(<i16>bias);
  for (let i: usize = 0; i < <usize>width; i += 16) {
    const low = i16x8.shr_u(i16x8.add(Taps.sums(near + i, far + i), round), 2);
    const high = i16x8.shr_u(i16x8.add(Taps.sums(near + i + 8, far + i + 8), round), 2);
    v128.store(out + i, i8x16.narrow_i16x8_u(low, high));
  }
}

/** See scalar.ts. Reads at most 7 bytes past the rows and writes inside the output only: the last step overlaps. */
export function fancyH2(
  near: usize,
  far: usize,
  width: i32,
  roundEven: i32,
  roundOdd: i32,
  out: usize,
): void {
  if (width <= 8) {
    scalar.fancyH2(near, far, width, roundEven, roundOdd, out);
    return;
  }
  const even = i16x8.splat(<i16>roundEven);
  const odd = i16x8.splat(<i16>roundOdd);
  let here = Taps.sums(near, far);
  let left = Taps.first(here);
  const end = <usize>width - 8;
  for (let i: usize = 0; i < end; i += 8) {
    // i + 8 < width: at least one more sample; 8 bytes at near + i + 8 end at most 7 past the row.
    const after = Taps.sums(near + i + 8, far + i + 8);
    v128.store(out + (i << 1), Taps.spread(Taps.left(left, here), here, Taps.right(here, after), even, odd));
    left = here;
    here = after;
  }
  here = Taps.sums(near + end, far + end);
  left = Taps.sums(near + end - 1, far + end - 1);
  v128.store(out + (end << 1), Taps.spread(left, here, Taps.right(here, Taps.last(here)), even, odd));
}
