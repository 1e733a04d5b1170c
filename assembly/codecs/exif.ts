/**
 * The orientation tag of an EXIF block (TIFF 6.0 structure, EXIF 2.3 section 4.6.4 tag 0x0112),
 * shared by JPEG (APP1) and PNG (eXIf).
 */

const TAG_ORIENTATION: u32 = 0x0112;
const TYPE_SHORT: u32 = 3;
const TYPE_LONG: u32 = 4;

/** Two bytes at `at` in the block's byte order; the caller has checked that they lie inside. */
function short(at: usize, big: bool): u32 {
  const a = <u32>load<u8>(at);
  const b = <u32>load<u8>(at, 1);
  return big ? (a << 8) | b : (b << 8) | a;
}

/** Four bytes, as above. */
function long(at: usize, big: bool): u32 {
  const a = short(at, big);
  const b = short(at + 2, big);
  return big ? (a << 16) | b : (b << 16) | a;
}

/**
 * Orientation 1..8 that the TIFF block of `length` bytes at `block` (starting with `II*` or `MM*`)
 * gives in its first directory; 1 when it is absent, malformed or out of range. Never fails and
 * never reads outside the block. The work is bounded by the 65535 entries of one directory.
 */
export function exifOrientation(block: usize, length: i32): i32 {
  const size = <u32>length;
  if (length < 8) return 1;
  const order = load<u16>(block);
  let big = false;
  if (order == 0x4d4d) big = true;
  else if (order != 0x4949) return 1;
  if (short(block + 2, big) != 42) return 1;
  const directory = long(block + 4, big);
  // 2 bytes of entry count must lie inside: directory + 2 <= size, size >= 8.
  if (directory > size - 2) return 1;
  const count = short(block + directory, big);
  let entry = directory + 2;
  for (let i: u32 = 0; i < count; i++, entry += 12) {
    // 12 bytes an entry; entry <= size keeps the subtraction from wrapping.
    if (entry > size || size - entry < 12) return 1;
    const at = block + entry;
    if (short(at, big) != TAG_ORIENTATION) continue;
    const type = short(at + 2, big);
    let value: u32 = 0;
    if (type == TYPE_SHORT) value = short(at + 8, big);
    else if (type == TYPE_LONG) value = long(at + 8, big);
    return value >= 1 && value <= 8 ? <i32>value : 1;
  }
  return 1;
}
