/**
 * Huffman tables (ITU T.81 annex C and F.2.2.3).
 *
 * A slot holds a table as the file gives it and the lookup tables made from it at the start of a scan:
 *
 *   SYMBOLS 256 B | COUNTS 16 B | DEFINED i32 | MAXCODE 18 x i32 | OFFSET 18 x i32 | LOOKUP 1024 x u32
 *
 * LOOKUP is indexed by the next LOOK_BITS bits:
 *   value << 16 | run << 8 | WHOLE | length   code and value bits both known: `length` is that of both
 *   symbol << 8 | length                      only the code's symbol is known
 *   0                                         the code is longer, or there is none
 */
import { arenaAlloc } from '../../memory/arena';
import { JPEG_BAD_HUFFMAN, JPEG_NO_HUFFMAN, JPEG_OK } from './errors';
import { STANDARD_AC_CHROMA, STANDARD_AC_LUMA, STANDARD_DC_CHROMA, STANDARD_DC_LUMA } from './tables';

export const LOOK_BITS: i32 = 10;
/** Bit of a lookup entry: the value is known, too. */
export const WHOLE: u32 = 0x80;
/** Bits of a lookup entry that hold the length. */
export const LENGTH_MASK: u32 = 0x7f;

const COUNTS: usize = 256;
const DEFINED: usize = 272;
const MAXCODE: usize = 288;
const OFFSET: usize = MAXCODE + 18 * 4;
export const LOOKUP: usize = 448;
/** Bytes of a slot. */
export const HUFFMAN_SLOT: usize = LOOKUP + ((1 as usize) << LOOK_BITS) * 4;

/** What the value bits of a table's symbols mean. */
export const KIND_DC: i32 = 0;
export const KIND_AC: i32 = 1;
/** AC refinement scans: value bits are not part of the lookup. */
export const KIND_REFINE: i32 = 2;

export class Huffman {
  /** 8 slots: DC 0..3, AC 0..3. */
  static slots: usize = 0;

  @inline static slot(isAC: bool, index: i32): usize {
    return Huffman.slots + <usize>(index + (isAC ? 4 : 0)) * HUFFMAN_SLOT;
  }

  /** F.12: the value of `size` (1..15) bits on top of `acc`. */
  @inline static extend(acc: u64, size: i32): i32 {
    const bits = <i32>(acc >> <u64>(64 - size));
    const negative = ~(<i32>(<i64>acc >> 63));
    return bits + (((-1 << size) + 1) & negative);
  }
}

/** Takes memory for the slots, all empty; false when there is none. */
export function huffmanReset(): bool {
  Huffman.slots = arenaAlloc(8 * HUFFMAN_SLOT);
  if (Huffman.slots == 0) return false;
  for (let i = 0; i < 8; i++) store<i32>(Huffman.slot(false, i) + DEFINED, 0);
  return true;
}

/** Stores a table: 16 counts at `counts`, then its symbols at `symbols` (`total` <= 256 readable). */
export function huffmanDefine(slot: usize, counts: usize, symbols: usize, total: i32): void {
  memory.copy(slot + COUNTS, counts, 16);
  memory.fill(slot, 0, 256);
  memory.copy(slot, symbols, total);
  store<i32>(slot + DEFINED, 1);
}

/** Table `standard` (counts, then symbols) for a slot that the file left empty. */
function defineIfAbsent(slot: usize, standard: usize): void {
  if (load<i32>(slot + DEFINED) != 0) return;
  let total = 0;
  for (let i: usize = 0; i < 16; i++) total += load<u8>(standard + i);
  huffmanDefine(slot, standard, standard + 16, total);
}

/** Motion JPEG frames leave out the standard tables: libjpeg-turbo assumes them in sequential files. */
export function huffmanDefaults(): void {
  defineIfAbsent(Huffman.slot(false, 0), STANDARD_DC_LUMA);
  defineIfAbsent(Huffman.slot(false, 1), STANDARD_DC_CHROMA);
  defineIfAbsent(Huffman.slot(true, 0), STANDARD_AC_LUMA);
  defineIfAbsent(Huffman.slot(true, 1), STANDARD_AC_CHROMA);
}

/** Fills the `copies` entries at `entry` with `value`. */
function fill(entry: usize, copies: i32, value: u32): void {
  for (let i = 0; i < copies; i++) store<u32>(entry + ((<usize>i) << 2), value);
}

/** Lookup entries of one code of `length` bits; `entry` is its first. All lie inside LOOKUP. */
function fillCode(entry: usize, length: i32, symbol: i32, kind: i32): void {
  const spare = LOOK_BITS - length;
  const size = symbol & 15;
  const run = kind == KIND_DC ? 0 : symbol >> 4;
  const plain = kind == KIND_REFINE || size > spare || (size == 0 && kind != KIND_DC);
  if (plain) {
    fill(entry, 1 << spare, (symbol << 8) | length);
    return;
  }
  const copies = 1 << (spare - size);
  const values = 1 << size;
  for (let bits = 0; bits < values; bits++) {
    const value = size != 0 && bits >> (size - 1) == 0 ? bits - values + 1 : bits;
    fill(entry, copies, (value << 16) | (run << 8) | WHOLE | (length + size));
    entry += (<usize>copies) << 2;
  }
}

/**
 * Checks the table in `slot` and makes its lookup tables for `kind`. The checks are libjpeg's: counts
 * that fit, no code of ones only, DC sizes up to 15.
 */
export function huffmanDerive(slot: usize, kind: i32): i32 {
  if (load<i32>(slot + DEFINED) == 0) return JPEG_NO_HUFFMAN;
  const lookup = slot + LOOKUP;
  memory.fill(lookup, 0, (<usize>4) << LOOK_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = <i32>load<u8>(slot + <usize>length, COUNTS - 1);
    if (index + count > 256) return JPEG_BAD_HUFFMAN;
    const at = slot + ((<usize>length) << 2);
    store<i32>(at, index - code, OFFSET);
    for (let i = 0; i < count; i++, code++, index++) {
      // Beyond 2^length codes the entries would leave the table.
      if (code >= 1 << length) return JPEG_BAD_HUFFMAN;
      const symbol = <i32>load<u8>(slot + <usize>index);
      if (kind == KIND_DC && symbol > 15) return JPEG_BAD_HUFFMAN;
      if (length > LOOK_BITS) continue;
      fillCode(lookup + ((<usize>(code << (LOOK_BITS - length))) << 2), length, symbol, kind);
    }
    if (count != 0 && code >= 1 << length) return JPEG_BAD_HUFFMAN;
    store<i32>(at, count != 0 ? code - 1 : -1, MAXCODE);
    code <<= 1;
  }
  return JPEG_OK;
}

/**
 * Symbol and length (symbol << 8 | length) of the code on top of `acc` when it is longer than LOOK_BITS.
 * No such code: symbol 0, 17 bits, as libjpeg takes it. `acc` needs 17 valid bits.
 */
export function huffmanLong(slot: usize, acc: u64): u32 {
  for (let length = LOOK_BITS + 1; length <= 16; length++) {
    const code = <i32>(acc >> <u64>(64 - length));
    const at = slot + ((<usize>length) << 2);
    if (code <= load<i32>(at, MAXCODE)) {
      // code - mincode + first index < 256 by construction; masked all the same.
      const index = (code + load<i32>(at, OFFSET)) & 255;
      return ((<u32>load<u8>(slot + <usize>index)) << 8) | length;
    }
  }
  return 17;
}
