/**
 * The input: a cursor over the file for marker segments, and a 64-bit bit buffer over entropy coded
 * data (ITU T.81 F.2.2.5), which undoes byte stuffing and stops at markers.
 *
 *   acc   | valid bits, first one on top | zeros |
 *          <-------- count --------->
 *                     <-- padding -->   of these, zero bits made up after the segment's end
 *
 * Once a marker (or the end of the file) is met, reading goes on with zero bits, as libjpeg does.
 * `count < padding` says that made-up bits were consumed.
 */

/** Value of `Bits.marker` when the file ended. */
export const END_OF_FILE: i32 = 0x100;

export class Bits {
  /** Next byte of the file, and the first byte after it. */
  static next: usize = 0;
  static end: usize = 0;
  /** Four bytes may be read at `next` while `next < wordEnd`; 0 after a marker was met. */
  static wordEnd: usize = 0;
  /** Marker that was met but not handled yet: 1..254, END_OF_FILE, 0 for none. */
  static marker: i32 = 0;
  static acc: u64 = 0;
  static count: i32 = 0;
  static padding: i32 = 0;

  /** True when the four bytes of `word` contain an FF. */
  @inline static hasFF(word: u32): bool {
    return ((~word - 0x01010101) & word & 0x80808080) != 0;
  }

  /** The bytes of `word` in reverse order. */
  @inline static swap(word: u32): u64 {
    return <u64>((rotl<u32>(word, 8) & 0x00ff00ff) | (rotr<u32>(word, 8) & 0xff00ff00));
  }
}

/** Puts the cursor on `length` bytes at `src`. */
export function bitsOpen(src: usize, length: usize): void {
  Bits.next = src;
  Bits.end = src + length;
  Bits.marker = 0;
  bitsReset();
}

/** Empties the bit buffer: start of a scan or of a restart interval. */
export function bitsReset(): void {
  Bits.acc = 0;
  Bits.count = 0;
  Bits.padding = 0;
  // Four bytes at next < end - 3 lie inside the file.
  Bits.wordEnd = Bits.marker == 0 && Bits.end - Bits.next > 3 ? Bits.end - 3 : 0;
}

/**
 * Next byte of entropy coded data, or -1 at a marker or the end of the file (`Bits.marker` says which).
 * FF FF .. 00 stands for one data byte FF, as in libjpeg.
 */
function dataByte(): i32 {
  if (Bits.marker != 0) return -1;
  if (Bits.next >= Bits.end) {
    Bits.marker = END_OF_FILE;
    return -1;
  }
  const byte = <i32>load<u8>(Bits.next++);
  if (byte != 0xff) return byte;
  let code = 0xff;
  while (code == 0xff) {
    if (Bits.next >= Bits.end) {
      Bits.marker = END_OF_FILE;
      return -1;
    }
    code = <i32>load<u8>(Bits.next++);
  }
  if (code == 0) return 0xff;
  Bits.marker = code;
  return -1;
}

/** Fills the bit buffer byte by byte to more than 56 bits: near an FF and near the end of the file. */
export function bitsFill(): void {
  let acc = Bits.acc;
  let count = Bits.count;
  while (count <= 56) {
    const byte = dataByte();
    if (byte < 0) {
      Bits.padding += 8;
      Bits.wordEnd = 0;
    } else {
      acc |= (<u64>byte) << (<u64>(56 - count));
    }
    count += 8;
  }
  Bits.acc = acc;
  Bits.count = count;
}

/** Makes at least 32 bits available in the buffer. */
export function bitsNeed(): void {
  if (Bits.count >= 32) return;
  if (Bits.next < Bits.wordEnd) {
    const word = load<u32>(Bits.next);
    if (!Bits.hasFF(word)) {
      Bits.acc |= Bits.swap(word) << (<u64>(32 - Bits.count));
      Bits.count += 32;
      Bits.next += 4;
      return;
    }
  }
  bitsFill();
}

/** True when data ran out in the last MCU: zero bits were made up and consumed. */
export function bitsExhausted(): bool {
  return Bits.count < Bits.padding;
}

/**
 * Scans to the next marker, skipping anything else, and leaves it in `Bits.marker` (END_OF_FILE when
 * there is none). Does nothing when a marker is already waiting.
 */
export function nextMarker(): i32 {
  while (Bits.marker == 0) {
    while (Bits.next < Bits.end && load<u8>(Bits.next) != 0xff) Bits.next++;
    while (Bits.next < Bits.end && load<u8>(Bits.next) == 0xff) Bits.next++;
    if (Bits.next >= Bits.end) Bits.marker = END_OF_FILE;
    else Bits.marker = <i32>load<u8>(Bits.next++); // 0 after a stuffed FF: goes on
  }
  return Bits.marker;
}
