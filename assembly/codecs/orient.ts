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
  const outHeight = swaps ? width : height;
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
  let to = dst;
  // Each source pixel is visited once, each output byte written once: all inside the two pictures.
  for (let y = 0; y < outHeight; ++y) {
    let from = start;
    if (channels == 3) {
      for (let x = 0; x < outWidth; ++x) {
        store<u16>(to, load<u16>(<usize>from));
        store<u8>(to, load<u8>(<usize>from, 2), 2);
        to += 3;
        from += right;
      }
    } else if (channels == 1) {
      for (let x = 0; x < outWidth; ++x) {
        store<u8>(to, load<u8>(<usize>from));
        ++to;
        from += right;
      }
    } else if (channels == 4) {
      for (let x = 0; x < outWidth; ++x) {
        store<u32>(to, load<u32>(<usize>from));
        to += 4;
        from += right;
      }
    } else {
      for (let x = 0; x < outWidth; ++x) {
        store<u16>(to, load<u16>(<usize>from));
        to += 2;
        from += right;
      }
    }
    start += down;
  }
}
