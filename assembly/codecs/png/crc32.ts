/**
 * CRC-32 of chunks (PNG 5.5 and annex D), eight bytes a step through eight tables ("slicing by 8").
 */
import { arenaAlloc } from '../../memory/arena';

const POLYNOMIAL: u32 = 0xedb88320;
const TABLE_BYTES: usize = 8 * 256 * 4;

let tables: usize = 0;

/** Allocates and fills the tables (8 KiB of the arena); false without memory. */
export function crcBegin(): bool {
  tables = arenaAlloc(TABLE_BYTES);
  if (tables == 0) return false;
  for (let n: u32 = 0; n < 256; ++n) {
    let c = n;
    for (let k = 0; k < 8; ++k) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    store<u32>(tables + (n << 2), c); // n < 256: inside the first table
  }
  // Table k at k * 1024: the CRC of a byte followed by k zero bytes.
  for (let at: usize = 1024; at < TABLE_BYTES; at += 4) {
    const c = load<u32>(tables + at - 1024);
    store<u32>(tables + at, (c >>> 8) ^ load<u32>(tables + ((c & 0xff) << 2)));
  }
  return true;
}

/** CRC-32 of `length` bytes at `from`. */
export function crcOf(from: usize, length: usize): u32 {
  const t = tables;
  const end = from + length;
  let c: u32 = 0xffffffff;
  // Loads of 8 stay below `end`; every index is one byte, so inside its table of 256.
  while (end - from >= 8) {
    const a = load<u32>(from) ^ c;
    const b = load<u32>(from, 4);
    c =
      load<u32>(t + ((a & 0xff) << 2), 7168) ^
      load<u32>(t + (((a >>> 8) & 0xff) << 2), 6144) ^
      load<u32>(t + (((a >>> 16) & 0xff) << 2), 5120) ^
      load<u32>(t + ((a >>> 24) << 2), 4096) ^
      load<u32>(t + ((b & 0xff) << 2), 3072) ^
      load<u32>(t + (((b >>> 8) & 0xff) << 2), 2048) ^
      load<u32>(t + (((b >>> 16) & 0xff) << 2), 1024) ^
      load<u32>(t + ((b >>> 24) << 2));
    from += 8;
  }
  while (from < end) {
    c = (c >>> 8) ^ load<u32>(t + (((c ^ load<u8>(from)) & 0xff) << 2));
    ++from;
  }
  return ~c;
}
