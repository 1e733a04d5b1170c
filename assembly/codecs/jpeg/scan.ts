/** A scan: its header, its tables, restart intervals (ITU T.81 B.2.3, F.2.1.3, E.2.4). */
import { Bits, bitsExhausted, bitsReset, END_OF_FILE, nextMarker } from './bits';
import {
  JPEG_BAD_LENGTH,
  JPEG_BAD_PROGRESSION,
  JPEG_BAD_SCAN,
  JPEG_MCU_SIZE,
  JPEG_NO_HUFFMAN,
  JPEG_NO_QUANT,
  JPEG_OK,
  JPEG_TRUNCATED,
} from './errors';
import { Component, Frame, QUANT_BYTES } from './frame';
import { Huffman, huffmanDefaults, huffmanDerive, KIND_AC, KIND_DC, KIND_REFINE } from './huffman';

export class Scan {
  static components: i32 = 0;
  /** Indices of the scan's components, a byte each. */
  static members: u32 = 0;
  static spectralStart: i32 = 0;
  static spectralEnd: i32 = 0;
  static high: i32 = 0;
  static low: i32 = 0;
  /** Scans seen so far, this one included. */
  static number: i32 = 0;
  static restartsLeft: i32 = 0;
  static nextRestart: i32 = 0;
  /** The segment's data ran out: MCUs stay as they are until the next restart. */
  static starved: bool = false;
  static endOfBandRun: i32 = 0;

  @inline static component(index: i32): Component {
    return Frame.component((Scan.members >> (index << 3)) & 255);
  }
}

/** Reads the scan header of `length` bytes at `at`; the frame is set up. */
export function scanHeader(at: usize, length: i32): i32 {
  if (length < 1) return JPEG_BAD_LENGTH;
  const count = <i32>load<u8>(at);
  if (count < 1 || count > 4 || length != 4 + 2 * count) return JPEG_BAD_LENGTH;
  Scan.components = count;
  Scan.members = 0;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const field = at + 1 + 2 * <usize>i;
    const id = <i32>load<u8>(field);
    // As libjpeg looks it up: the order of the frame, not before the place in the scan.
    let index = i;
    while (index < Frame.components && Frame.component(index).id != id) index++;
    if (index >= Frame.components || (used >> index) & 1) return JPEG_BAD_SCAN;
    used |= 1 << index;
    Scan.members |= index << (i << 3);
    const component = Frame.component(index);
    component.dcTable = load<u8>(field, 1) >> 4;
    component.acTable = load<u8>(field, 1) & 15;
  }
  const rest = at + 1 + 2 * <usize>count;
  Scan.spectralStart = load<u8>(rest);
  Scan.spectralEnd = load<u8>(rest, 1);
  Scan.high = load<u8>(rest, 2) >> 4;
  Scan.low = load<u8>(rest, 2) & 15;
  Scan.nextRestart = 0;
  Scan.number++;
  return JPEG_OK;
}

/** Fixes the quantisation table of a component at its first scan. */
function latchQuant(component: Component): i32 {
  if (component.latched) return JPEG_OK;
  const slot = component.quantSlot;
  if (slot > 3 || !((Frame.quantDefined >> slot) & 1)) return JPEG_NO_QUANT;
  memory.copy(component.quant, Frame.quantTables + <usize>slot * QUANT_BYTES, QUANT_BYTES);
  component.latched = 1;
  return JPEG_OK;
}

function derive(isAC: bool, index: i32, kind: i32): i32 {
  return index > 3 ? JPEG_NO_HUFFMAN : huffmanDerive(Huffman.slot(isAC, index), kind);
}

/** Derives the Huffman tables that the scan needs. */
function deriveTables(): i32 {
  if (!Frame.progressive) huffmanDefaults();
  const needDC = !Frame.progressive || (Scan.spectralStart == 0 && Scan.high == 0);
  const needAC = !Frame.progressive || Scan.spectralStart != 0;
  for (let i = 0; i < Scan.components; i++) {
    const component = Scan.component(i);
    let status = JPEG_OK;
    if (needDC) status = derive(false, component.dcTable, KIND_DC);
    if (status == JPEG_OK && needAC) {
      const kind = Frame.progressive && Scan.high != 0 ? KIND_REFINE : KIND_AC;
      status = derive(true, component.acTable, kind);
    }
    if (status != JPEG_OK) return status;
  }
  return JPEG_OK;
}

/** Checks a progressive scan's parameters (G.1.1.1) and notes what precision it brings. */
function checkProgression(): i32 {
  const start = Scan.spectralStart;
  const end = Scan.spectralEnd;
  let bad = start == 0 ? end != 0 : start > end || end > 63 || Scan.components != 1;
  if (Scan.high != 0 && Scan.low != Scan.high - 1) bad = true;
  if (bad || Scan.low > 13) return JPEG_BAD_PROGRESSION;
  for (let i = 0; i < Scan.components; i++) {
    const component = Scan.component(i);
    // Indices min(start, 1) .. max(end, 9) lie inside the 64 entries.
    for (let k = min(start, 1); k <= max(end, 9); k++) {
      const known = Scan.number > 1 ? load<i8>(component.bits + <usize>k) : 0;
      store<i8>(component.previousBits + <usize>k, known);
    }
    for (let k = start; k <= end; k++) store<i8>(component.bits + <usize>k, <i8>Scan.low);
  }
  return JPEG_OK;
}

/** Prepares for the scan's data: checks, tables, predictors, an empty bit buffer. */
export function scanStart(): i32 {
  let blocks = 0;
  for (let i = 0; i < Scan.components; i++) {
    const component = Scan.component(i);
    blocks += component.h * component.v;
    const status = latchQuant(component);
    if (status != JPEG_OK) return status;
  }
  if (Scan.components > 1 && blocks > 10) return JPEG_MCU_SIZE;
  if (Frame.progressive) {
    const status = checkProgression();
    if (status != JPEG_OK) return status;
  }
  bitsReset();
  resetInterval();
  Scan.starved = false;
  return deriveTables();
}

function resetInterval(): void {
  for (let i = 0; i < Scan.components; i++) Scan.component(i).predictor = 0;
  Scan.endOfBandRun = 0;
  Scan.restartsLeft = Frame.restartInterval;
}

/**
 * What to do with `marker`, found where RST`desired` was due: 1 drop it and go on, 2 look for the next
 * marker, 3 leave it and treat the interval as empty (libjpeg's rules of resynchronisation).
 */
function resync(marker: i32, desired: i32): i32 {
  if (marker == END_OF_FILE) return 3;
  if (marker < 0xc0) return 2;
  if (marker < 0xd0 || marker > 0xd7) return 3;
  const ahead = (marker - 0xd0 - desired) & 7;
  if (ahead == 1 || ahead == 2) return 3;
  if (ahead == 6 || ahead == 7) return 2;
  return 1;
}

/** Passes the restart marker that is due and starts the next interval. */
function passRestart(): void {
  nextMarker();
  const desired = Scan.nextRestart;
  while (true) {
    const marker = Bits.marker;
    const action = marker == 0xd0 + desired ? 1 : resync(marker, desired);
    if (action == 3) break;
    Bits.marker = 0;
    if (action == 1) break;
    nextMarker();
  }
  Scan.nextRestart = (desired + 1) & 7;
  bitsReset();
  resetInterval();
  if (Bits.marker == 0) Scan.starved = false;
}

/** Before each MCU: passes a restart marker when one is due. JPEG_TRUNCATED when the file ends instead. */
export function mcuBegin(): i32 {
  if (Frame.restartInterval == 0) return JPEG_OK;
  if (Scan.restartsLeft == 0) {
    passRestart();
    if (Bits.marker == END_OF_FILE) return JPEG_TRUNCATED;
  }
  Scan.restartsLeft--;
  return JPEG_OK;
}

/** After each MCU that was decoded: notices that data ran out. JPEG_TRUNCATED at the end of the file. */
export function mcuEnd(): i32 {
  if (!bitsExhausted()) return JPEG_OK;
  Scan.starved = true;
  return Bits.marker == END_OF_FILE ? JPEG_TRUNCATED : JPEG_OK;
}
