/**
 * JPEG files made to be mutated: small, valid, of every kind that the decoder knows. Coefficients are random and the
 * Huffman tables are made up (ITU T.81 annex C only wants them to be prefix codes), so that nothing here is a transform.
 */
import { seeded } from '../../support/pictures.js';
import type { Random } from '../mutant.js';

/** What a JPEG seed is like. */
export interface JpegPlan {
  readonly width: number;
  readonly height: number;
  /** Sampling factors [h, v] of each component. */
  readonly sampling: readonly (readonly [number, number])[];
  readonly progressive?: boolean;
  /** A scan a component instead of one for all. */
  readonly scattered?: boolean;
  /** MCUs between restart markers. */
  readonly restart?: number;
  /** Codes of 2 to 16 bits instead of 8. */
  readonly longCodes?: boolean;
  /** The Adobe segment's transform. */
  readonly adobe?: number;
  readonly jfif?: boolean;
  /** EXIF orientation. */
  readonly orientation?: number;
  /** 16-bit quantisation tables. */
  readonly wideQuant?: boolean;
  readonly seed?: number;
}

/** Codes of one table: value and length by symbol. */
interface Codes {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
  readonly code: ReadonlyMap<number, readonly [number, number]>;
}

interface Component {
  readonly h: number;
  readonly v: number;
  readonly wide: number;
  readonly high: number;
  readonly paddedWide: number;
  readonly blocks: readonly Int16Array[];
}

interface ScanPlan {
  readonly members: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly ah: number;
  readonly al: number;
}

function makeCodes(symbols: readonly number[], long: boolean): Codes {
  const counts = new Array<number>(16).fill(0);
  if (long) {
    // One code each of 2 to 5 bits leaves more than half of the code space to codes of 10 and 16 bits.
    const short = Math.min(4, symbols.length);
    for (let i = 0; i < short; i += 1) counts[1 + i] = 1;
    const middle = Math.min(20, symbols.length - short);
    counts[9] = middle;
    counts[15] = symbols.length - short - middle;
  } else if (symbols.length < 16) counts[3] = symbols.length;
  else counts[7] = symbols.length;
  const code = new Map<number, readonly [number, number]>();
  let next = 0;
  let index = 0;
  for (const [i, count] of counts.entries()) {
    for (let n = 0; n < count; n += 1) code.set(symbols[index++]!, [next++, i + 1]);
    next <<= 1;
  }
  return { counts, symbols, code };
}

class BitWriter {
  readonly bytes: number[] = [];
  #bits = 0;
  #count = 0;

  put(value: number, length: number): void {
    for (let i = length - 1; i >= 0; i -= 1) {
      this.#bits = (this.#bits << 1) | ((value >> i) & 1);
      this.#count += 1;
      if (this.#count < 8) continue;
      this.bytes.push(this.#bits);
      if (this.#bits === 0xff) this.bytes.push(0);
      this.#bits = 0;
      this.#count = 0;
    }
  }

  symbol(codes: Codes, symbol: number): void {
    const [value, length] = codes.code.get(symbol)!;
    this.put(value, length);
  }

  flush(): void {
    while (this.#count !== 0) this.put(1, 1);
  }
}

const sizeOf = (value: number): number => 32 - Math.clz32(Math.abs(value));
const bitsOf = (value: number, size: number): number => (value < 0 ? value + (1 << size) - 1 : value);

const DC_SYMBOLS = Array.from({ length: 12 }, (_, i) => i);
/** Every run and size up to 10, end-of-band runs among them. */
const AC_SYMBOLS = Array.from({ length: 176 }, (_, i) => ((i % 16) << 4) | Math.floor(i / 16));

function makeBlock(random: Random): Int16Array {
  const block = new Int16Array(64);
  block[0] = (random() % 401) - 200;
  for (let n = random() % 7; n > 0; n -= 1) {
    const k = 1 + (random() % (random() % 3 === 0 ? 63 : 12));
    block[k] = (random() % 61) - 30;
  }
  return block;
}

/** Writes the entropy coded data of one scan. */
class ScanWriter {
  readonly #out = new BitWriter();
  readonly #dc: Codes;
  readonly #ac: Codes;
  readonly #scan: ScanPlan;
  readonly #progressive: boolean;
  #predictors: number[] = [];
  #bandRun = 0;

  constructor(dc: Codes, ac: Codes, scan: ScanPlan, progressive: boolean) {
    this.#dc = dc;
    this.#ac = ac;
    this.#scan = scan;
    this.#progressive = progressive;
  }

  write(components: readonly Component[], columns: number, rows: number, restart: number): number[] {
    const { members } = this.#scan;
    const single = members.length === 1;
    const first = components[members[0]!]!;
    const [wide, high] = single ? [first.wide, first.high] : [columns, rows];
    this.#predictors = components.map(() => 0);
    for (let unit = 0; unit < wide * high; unit += 1) {
      if (restart > 0 && unit > 0 && unit % restart === 0)
        this.#restart(components.length, unit / restart - 1);
      const [x, y] = [unit % wide, Math.floor(unit / wide)];
      if (single) this.#block(first.blocks[y * first.paddedWide + x]!, members[0]!);
      else this.#unit(components, x, y);
    }
    this.#endBand();
    this.#out.flush();
    return this.#out.bytes;
  }

  #unit(components: readonly Component[], x: number, y: number): void {
    for (const index of this.#scan.members) {
      const { h, v, paddedWide, blocks } = components[index]!;
      for (let by = 0; by < v; by += 1)
        for (let bx = 0; bx < h; bx += 1) this.#block(blocks[(y * v + by) * paddedWide + x * h + bx]!, index);
    }
  }

  #restart(components: number, number: number): void {
    this.#endBand();
    this.#out.flush();
    this.#out.bytes.push(0xff, 0xd0 + (number & 7));
    this.#predictors = new Array<number>(components).fill(0);
  }

  #block(block: Int16Array, index: number): void {
    const { start, ah } = this.#scan;
    if (!this.#progressive) {
      this.#dcFirst(block, index);
      this.#acBand(block, 1, 63, 0);
      return;
    }
    if (start === 0 && ah === 0) this.#dcFirst(block, index);
    else if (start === 0) this.#out.put((block[0]! >> this.#scan.al) & 1, 1);
    else if (ah === 0) this.#acBand(block, start, this.#scan.end, this.#scan.al);
    else this.#acRefine(block);
  }

  #dcFirst(block: Int16Array, index: number): void {
    const value = block[0]! >> this.#scan.al;
    const difference = value - this.#predictors[index]!;
    this.#predictors[index] = value;
    const size = sizeOf(difference);
    this.#out.symbol(this.#dc, size);
    this.#out.put(bitsOf(difference, size), size);
  }

  #acBand(block: Int16Array, start: number, end: number, al: number): void {
    let run = 0;
    for (let k = start; k <= end; k += 1) {
      const value = Math.trunc(block[k]! / (1 << al));
      if (value === 0) {
        run += 1;
        continue;
      }
      this.#endBand();
      for (; run > 15; run -= 16) this.#out.symbol(this.#ac, 0xf0);
      const size = sizeOf(value);
      this.#out.symbol(this.#ac, (run << 4) | size);
      this.#out.put(bitsOf(value, size), size);
      run = 0;
    }
    if (run === 0) return;
    if (this.#progressive) this.#bandRun += 1;
    else this.#out.symbol(this.#ac, 0);
  }

  #acRefine(block: Int16Array): void {
    const { start, end, al } = this.#scan;
    let lastNew = 0;
    for (let k = start; k <= end; k += 1) if (Math.abs(block[k]!) >> al === 1) lastNew = k;
    let run = 0;
    let corrections: number[] = [];
    const correct = () => {
      for (const bit of corrections) this.#out.put(bit, 1);
      corrections = [];
    };
    for (let k = start; k <= end; k += 1) {
      const value = Math.abs(block[k]!) >> al;
      if (value === 0) {
        run += 1;
        continue;
      }
      while (run > 15 && k <= lastNew) {
        this.#out.symbol(this.#ac, 0xf0);
        correct();
        run -= 16;
      }
      if (value > 1) {
        corrections.push(value & 1);
        continue;
      }
      this.#out.symbol(this.#ac, (run << 4) | 1);
      this.#out.put(block[k]! < 0 ? 0 : 1, 1);
      correct();
      run = 0;
    }
    if (run === 0 && corrections.length === 0) return;
    this.#out.symbol(this.#ac, 0);
    correct();
  }

  /** Writes the end-of-band run that is pending. */
  #endBand(): void {
    if (this.#bandRun === 0) return;
    const size = sizeOf(this.#bandRun) - 1;
    this.#out.symbol(this.#ac, size << 4);
    this.#out.put(this.#bandRun - (1 << size), size);
    this.#bandRun = 0;
  }
}

const segment = (marker: number, body: readonly number[]): number[] => [
  ...[0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255],
  ...body,
];
const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

/** "Exif" and a TIFF block of one entry. */
export function exifSegment(orientation: number): number[] {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  return segment(0xe1, [...ascii('Exif\0\0'), ...tiff, 0, 0, 0, 0]);
}

function scansOf(plan: JpegPlan): ScanPlan[] {
  const all = plan.sampling.map((_, i) => i);
  if (plan.progressive !== true) {
    const groups = plan.scattered === true ? all.map((i) => [i]) : [all];
    return groups.map((members) => ({ members, start: 0, end: 63, ah: 0, al: 0 }));
  }
  const band = (start: number, end: number, ah: number, al: number): ScanPlan[] =>
    all.map((i) => ({ members: [i], start, end, ah, al }));
  return [
    { members: all, start: 0, end: 0, ah: 0, al: 1 },
    ...band(1, 5, 0, 2),
    ...band(6, 63, 0, 2),
    ...band(1, 63, 2, 1),
    { members: all, start: 0, end: 0, ah: 1, al: 0 },
    ...band(1, 63, 1, 0),
  ];
}

function componentsOf(plan: JpegPlan, columns: number, rows: number): Component[] {
  const random = seeded(plan.seed ?? 1);
  const [maxH, maxV] = largest(plan);
  return plan.sampling.map(([h, v]) => {
    const paddedWide = columns * h;
    return {
      h,
      v,
      wide: Math.ceil((plan.width * h) / (maxH * 8)),
      high: Math.ceil((plan.height * v) / (maxV * 8)),
      paddedWide,
      blocks: Array.from({ length: paddedWide * rows * v }, () => makeBlock(random)),
    };
  });
}

const largest = (plan: JpegPlan): [number, number] => [
  Math.max(...plan.sampling.map(([h]) => h)),
  Math.max(...plan.sampling.map(([, v]) => v)),
];

/** A whole JPEG file. */
export function makeJpeg(plan: JpegPlan): Uint8Array {
  const [maxH, maxV] = largest(plan);
  // The factors of a lone component of a sequential file count as 1.
  const columns = Math.ceil(plan.width / (8 * maxH));
  const rows = Math.ceil(plan.height / (8 * maxV));
  const components = componentsOf(plan, columns, rows);
  const dc = makeCodes(DC_SYMBOLS, plan.longCodes === true);
  const ac = makeCodes(AC_SYMBOLS, plan.longCodes === true);
  const restart = plan.restart ?? 0;
  const quant = Array.from({ length: 64 }, (_, i) => 1 + ((i * 7) % 40));
  const out = [0xff, 0xd8];
  if (plan.jfif === true) out.push(...segment(0xe0, [...ascii('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]));
  if (plan.orientation !== undefined) out.push(...exifSegment(plan.orientation));
  if (plan.adobe !== undefined)
    out.push(...segment(0xee, [...ascii('Adobe'), 0, 100, 0, 0, 0, 0, plan.adobe]));
  out.push(
    ...segment(0xdb, plan.wideQuant === true ? [0x10, ...quant.flatMap((q) => [q & 1, q])] : [0, ...quant]),
  );
  const frame = [
    8,
    plan.height >> 8,
    plan.height & 255,
    plan.width >> 8,
    plan.width & 255,
    components.length,
  ];
  for (const [i, { h, v }] of components.entries()) frame.push(i + 1, (h << 4) | v, 0);
  out.push(...segment(plan.progressive === true ? 0xc2 : 0xc0, frame));
  out.push(...segment(0xc4, [0x00, ...dc.counts, ...dc.symbols, 0x10, ...ac.counts, ...ac.symbols]));
  if (restart > 0) out.push(...segment(0xdd, [restart >> 8, restart & 255]));
  for (const scan of scansOf(plan)) {
    const head = [scan.members.length, ...scan.members.flatMap((i) => [i + 1, 0])];
    out.push(...segment(0xda, [...head, scan.start, scan.end, (scan.ah << 4) | scan.al]));
    const writer = new ScanWriter(dc, ac, scan, plan.progressive === true);
    for (const byte of writer.write(components, columns, rows, restart)) out.push(byte);
  }
  out.push(0xff, 0xd9);
  return Uint8Array.from(out);
}
