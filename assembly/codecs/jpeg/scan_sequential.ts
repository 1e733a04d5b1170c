/** Sequential scans: streamed one iMCU row at a time, or a block at a time into the coefficient arrays. */
import { decodeBlock } from './block';
import { JPEG_OK } from './errors';
import { Component, Frame } from './frame';
import { Huffman } from './huffman';
import { idct } from './idct';
import { mcuBegin, mcuEnd, Scan } from './scan';

/** One block of 64 i16; zero between blocks. */
const BLOCK: usize = memory.data(128, 16);

class Blocks {
  @inline static clear(block: usize): void {
    for (let i: usize = 0; i < 128; i += 32) {
      store<u64>(block + i, 0);
      store<u64>(block + i, 0, 8);
      store<u64>(block + i, 0, 16);
      store<u64>(block + i, 0, 24);
    }
  }
}

/**
 * Decodes the next row of MCUs of the only scan (all components) into the components' planes, at ring
 * rows `slot * ringRows` and on. A plane row has room for all blocks of the row, padding included, and the
 * ring for v * size rows of each slot.
 */
export function streamRow(slot: i32): i32 {
  for (let column = 0; column < Frame.mcuColumns; column++) {
    let status = mcuBegin();
    if (status != JPEG_OK) return status;
    const starved = Scan.starved;
    for (let i = 0; i < Scan.components; i++) {
      const c = Scan.component(i);
      const dc = Huffman.slot(false, c.dcTable);
      const ac = Huffman.slot(true, c.acTable);
      const predictor = changetype<usize>(c) + offsetof<Component>('predictor');
      const stride = <usize>c.stride;
      const size = c.size;
      let out = c.plane + <usize>(slot * c.ringRows) * stride + <usize>(column * c.h * size);
      for (let y = 0; y < c.v; y++) {
        for (let x = 0; x < c.h; x++) {
          const last = starved ? 0 : decodeBlock(BLOCK, dc, ac, predictor);
          idct(size, last, BLOCK, c.quant, out + <usize>(x * size), stride);
          if (last == 0) store<u16>(BLOCK, 0);
          else Blocks.clear(BLOCK);
        }
        out += stride * <usize>size;
      }
    }
    if (!starved) {
      status = mcuEnd();
      if (status != JPEG_OK) return status;
    }
  }
  return JPEG_OK;
}

/** Decodes a block of a scan whose coefficients are stored: `block` lies in the component's array. */
export function storeBlock(block: usize, c: Component): void {
  const predictor = changetype<usize>(c) + offsetof<Component>('predictor');
  decodeBlock(block, Huffman.slot(false, c.dcTable), Huffman.slot(true, c.acTable), predictor);
}
