/**
 * EXIF orientation (EXIF 2.3, 4.6.4, tag 0x0112) of a whole picture in memory, equal to PIL.ImageOps.exif_transpose.
 *
 *   1 as stored      2 mirrored left-right   3 turned by 180       4 mirrored top-bottom
 *   5 transposed     6 turned clockwise      7 transposed the      8 turned counter-clockwise
 *                      by 90                   other way             by 90
 */

/** Orientations 5..8 exchange width and height. */
export function orientSwapsSides(orientation: i32): bool {
  return orientation >= 5 && orientation <= 8;
}

/**
 * Writes the picture at `src`, turned upright, to `dst` (both width * height * channels bytes, apart from each other).
 *
 * @param width, height as stored, before turning
 * @param channels 1..4 bytes a pixel
 * @param orientation 1..8; anything else counts as 1
 */
export function orientInto(
  src: usize,
  dst: usize,
  width: i32,
  height: i32,
  channels: i32,
  orientation: i32,
): void {
  const total = <usize>width * height * channels;
  if (orientation < 2 || orientation > 8) {
    memory.copy(dst, src, total);
    return;
  }
  const swaps = orientSwapsSides(orientation);
  const pixel = <isize>channels;
  const row = <isize>width * channels;
  const outWidth = swaps ? height : width;
  // Source steps for one pixel to the right and one row down in the output, and the source of its top left pixel.
  const rightToLeft = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bottomUp = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const columnStep = rightToLeft ? -pixel : pixel;
  const rowStep = bottomUp ? -row : row;
  let start = <isize>src;
  if (rightToLeft) start += row - pixel;
  if (bottomUp) start += row * <isize>(height - 1);
  const right = swaps ? rowStep : columnStep;
  const down = swaps ? columnStep : rowStep;
  // Each source pixel is visited once. Four bytes are moved at a time: the next pixel overwrites the surplus, and the
  // last pixel is moved by itself, so that all stores lie inside of `dst`; loads may end 3 bytes (GUARD) behind `src`.
  let from = start;
  let left = outWidth;
  for (let to = dst, last = dst + total - channels; to < last; to += channels) {
    store<u32>(to, load<u32>(<usize>from));
    from += right;
    left--;
    if (left == 0) {
      left = outWidth;
      start += down;
      from = start;
    }
  }
  memory.copy(dst + total - channels, <usize>from, channels);
}
