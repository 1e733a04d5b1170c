/** Scans whose coefficients are stored: all of progressive pictures, and sequential ones when there are several. */
import { JPEG_OK } from './errors';
import { Component, Frame } from './frame';
import { mcuBegin, mcuEnd, Scan } from './scan';
import { progressiveBlock } from './scan_progressive';
import { storeBlock } from './scan_sequential';

/** Row of MCUs (of all components) that the last MCU with data belongs to: smoothing asks for it. */
export class Progress {
  static lastGoodRow: i32 = 0;
}

/** Decodes a block of the scan at hand. */
function storedBlock(block: usize, c: Component): void {
  if (Frame.progressive) progressiveBlock(block, c);
  else storeBlock(block, c);
}

/** Decodes a whole scan. Every block addressed lies inside its component's padded array: x < paddedWide, y < paddedHigh. */
export function storeScan(): i32 {
  const single = Scan.components == 1;
  const first = Scan.component(0);
  const columns = single ? first.blocksWide : Frame.mcuColumns;
  const rows = single ? first.blocksHigh : Frame.mcuRows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      // libjpeg notes the row before it passes a restart marker.
      if (!Scan.starved) Progress.lastGoodRow = single ? row / first.v : row;
      let status = mcuBegin();
      if (status != JPEG_OK) return status;
      if (Scan.starved) {
        if (Frame.restartInterval == 0) return JPEG_OK;
        continue;
      }
      if (single) {
        storedBlock(first.coefficients + ((<usize>(row * first.paddedWide + column)) << 7), first);
      } else {
        for (let i = 0; i < Scan.components; i++) {
          const c = Scan.component(i);
          for (let y = 0; y < c.v; y++) {
            const index = (row * c.v + y) * c.paddedWide + column * c.h;
            let block = c.coefficients + ((<usize>index) << 7);
            for (let x = 0; x < c.h; x++, block += 128) storedBlock(block, c);
          }
        }
      }
      status = mcuEnd();
      if (status != JPEG_OK) return status;
    }
  }
  return JPEG_OK;
}
