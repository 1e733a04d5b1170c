/**
 * Adam7 interlacing (PNG 8.2): seven passes, each a smaller picture whose pixels are spread over the whole one.
 */
import { OK } from '../../status';
import { expandRow } from './expand';
import { height, storedRowBytes, width } from './header';
import { rowsNext, rowsRestart, rowsStatus } from './rows';

const PASSES: i32 = 7;
/** Of each pass: first column, first row, column step, row step. */
const GRID: usize = memory.data<u8>([
  0, 0, 8, 8, 4, 0, 8, 8, 0, 4, 4, 8, 2, 0, 4, 4, 0, 2, 2, 4, 1, 0, 2, 2, 0, 1, 1, 2,
]);

function steps(extent: u32, first: u32, step: u32): u32 {
  return extent > first ? (extent - first + step - 1) / step : 0;
}

function gridOf(pass: i32, field: i32): u32 {
  return load<u8>(GRID + <usize>((pass << 2) + field)); // pass < 7, field < 4
}

/** Inflated bytes of all passes, filter bytes included. */
export function adam7Bytes(): u64 {
  let total: u64 = 0;
  for (let pass = 0; pass < PASSES; ++pass) {
    const columns = steps(width, gridOf(pass, 0), gridOf(pass, 2));
    const rows = steps(height, gridOf(pass, 1), gridOf(pass, 3));
    if (columns != 0) total += (storedRowBytes(columns) + 1) * rows;
  }
  return total;
}

/**
 * Decodes all passes into the picture at `image`.
 *
 * @param image width * height * channels bytes
 * @param line room for an expanded row and 4 bytes
 */
export function adam7Decode(image: usize, line: usize, channels: u32): i32 {
  const stride = <usize>width * channels;
  for (let pass = 0; pass < PASSES; ++pass) {
    const firstColumn = gridOf(pass, 0);
    const columnStep = gridOf(pass, 2);
    const columns = steps(width, firstColumn, columnStep);
    if (columns == 0) continue;
    rowsRestart(<usize>storedRowBytes(columns));
    for (let y = gridOf(pass, 1); y < height; y += gridOf(pass, 3)) {
      const row = rowsNext();
      if (row == 0) return rowsStatus();
      expandRow(row, line, columns);
      // Last column firstColumn + (columns - 1) * columnStep < width, y < height: inside image.
      spread(
        line,
        image + <usize>y * stride + firstColumn * channels,
        columns,
        columnStep * channels,
        channels,
      );
    }
  }
  return OK;
}

function spread(from: usize, to: usize, columns: u32, step: usize, channels: u32): void {
  for (let x: u32 = 0; x < columns; ++x) {
    for (let c: u32 = 0; c < channels; ++c) store<u8>(to + c, load<u8>(from + c));
    from += channels;
    to += step;
  }
}
