/**
 * Header and text samples of the portable anymaps (netpbm's pbm(5), pgm(5), ppm(5)): numbers between white space and
 * comments. A comment begins with # and ends with its line, even inside a number, as in Pillow's PpmImagePlugin.
 */

/** {@link pnmNumber} found no number of at most 10 digits. */
export const NO_NUMBER: u64 = 0xffffffffffffffff;

const MOST_DIGITS: i32 = 10;

let at: usize = 0;
let end: usize = 0;

/** Reads on from `from`, up to `to`. */
export function pnmBegin(from: usize, to: usize): void {
  at = from;
  end = to;
}

/** The next unread byte. */
export function pnmPosition(): usize {
  return at;
}

/** Space, tab, line feed, vertical tab, form feed or carriage return. */
export function pnmIsSpace(byte: u32): bool {
  return byte == 32 || byte - 9 < 5;
}

/** The next byte that is not in a comment, as 0..255, or 256 at the end. Reads below `end`. */
function nextByte(): u32 {
  while (at < end) {
    const byte = <u32>load<u8>(at);
    ++at;
    if (byte != 0x23) return byte;
    while (at < end) {
      const inside = load<u8>(at);
      ++at;
      if (inside == 10 || inside == 13) break;
    }
  }
  return 256;
}

/** The next number and the one white space character after it. */
export function pnmNumber(): u64 {
  let byte = nextByte();
  while (pnmIsSpace(byte)) byte = nextByte();
  let value: u64 = 0;
  let digits = 0;
  while (byte - 0x30 < 10 && digits <= MOST_DIGITS) {
    value = value * 10 + (byte - 0x30);
    ++digits;
    byte = nextByte();
  }
  if (digits == 0 || digits > MOST_DIGITS || (byte != 256 && !pnmIsSpace(byte))) return NO_NUMBER;
  return value;
}

/** {@link pnmBit} met the end. */
export const NO_BIT: u32 = 256 - 0x30;

/** The next 0 or 1 of a plain bitmap, where white space may be missing; another byte gives a value above 1. */
export function pnmBit(): u32 {
  let byte = nextByte();
  while (pnmIsSpace(byte)) byte = nextByte();
  return byte - 0x30;
}

/** Nothing is left. */
export function pnmAtEnd(): bool {
  return at == end;
}
