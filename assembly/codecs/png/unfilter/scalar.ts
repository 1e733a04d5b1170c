/**
 * Undoes the row filters (PNG 9.2), portable form.
 *
 *   c b     x is the filtered byte; a, b, c are finished bytes one pixel to the left, above, and above left;
 *   a x     left of the row and above the picture they are 0.
 */

/**
 * Writes the unfiltered row to `dst`.
 *
 * @param filter 0 None, 1 Sub, 2 Up, 3 Average, 4 Paeth
 * @param src filtered bytes, without the filter byte; 16 bytes after them must be readable
 * @param prev the unfiltered row above (zeros for the first row of a pass); 16 bytes after it must be readable
 * @param dst `length` bytes, apart from src and prev; 16 bytes after them are writable and may be spoilt
 * @param length bytes of the row, a multiple of bpp
 * @param bpp bytes of a pixel, 1 for less than a byte
 */
export function unfilterRow(
  filter: i32,
  src: usize,
  prev: usize,
  dst: usize,
  length: usize,
  bpp: usize,
): void {
  // Every access below is at src, prev or dst plus an index < length; dst - bpp only from index bpp on.
  if (filter == 0) {
    memory.copy(dst, src, length);
    return;
  }
  const end = dst + length;
  if (filter == 2) {
    while (dst < end) {
      store<u8>(dst, load<u8>(src) + load<u8>(prev));
      ++src;
      ++prev;
      ++dst;
    }
    return;
  }
  const first = dst + (bpp < length ? bpp : length);
  // The first pixel: a = c = 0.
  while (dst < first) {
    let predicted: u32 = 0;
    if (filter == 3) predicted = <u32>load<u8>(prev) >>> 1;
    else if (filter == 4) predicted = load<u8>(prev);
    store<u8>(dst, load<u8>(src) + predicted);
    ++src;
    ++prev;
    ++dst;
  }
  if (filter == 1) {
    while (dst < end) {
      store<u8>(dst, load<u8>(src) + load<u8>(dst - bpp));
      ++src;
      ++dst;
    }
  } else if (filter == 3) {
    while (dst < end) {
      store<u8>(dst, load<u8>(src) + ((<u32>load<u8>(dst - bpp) + <u32>load<u8>(prev)) >>> 1));
      ++src;
      ++prev;
      ++dst;
    }
  } else {
    while (dst < end) {
      const a = <i32>load<u8>(dst - bpp);
      const b = <i32>load<u8>(prev);
      const c = <i32>load<u8>(prev - bpp);
      const pa = abs(b - c);
      const pb = abs(a - c);
      const pc = abs(a + b - c - c);
      const predicted = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      store<u8>(dst, load<u8>(src) + predicted);
      ++src;
      ++prev;
      ++dst;
    }
  }
}
