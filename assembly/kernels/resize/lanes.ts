/** Arrangements of lanes that row kernels of several profiles share. */

/**
 * Swizzle of pixels of 1 to 4 channels: lane k = 0..3 of i32 gets, as two i16, channel k of the pixels `first` and
 * `first` + 1. Lanes from `channels` on hold anything.
 */
export function pairsOf(channels: i32, first: i32): v128 {
  const bytes = i8x16(0, -128, 0, -128, 1, -128, 1, -128, 2, -128, 2, -128, 3, -128, 3, -128);
  const left = first * channels;
  // Nothing is added to the bytes of -128, which give 0.
  return i32x4.add(bytes, i32x4.splat(left | ((left + channels) << 16)));
}
