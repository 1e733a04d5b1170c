/** PNG: chunks with mended CRCs, zlib streams with a mended Adler-32, filtered rows under a fresh compression. */
import { constants, crc32, deflateSync, inflateRawSync } from 'node:zlib';
import { idatChunks, makePng, type PngPlan, pngChunk, pngStream } from '../../support/pictures.js';
import { havoc, havocOnce, type Material, Mutant, pick, type Random, words } from '../mutant.js';
import { exifSegment } from '../seeds/jpeg.js';
import { pictureBound, type Target } from '../target.js';
import { callPicture, conformanceFiles, imageText } from './picture.js';

const PLAN: PngPlan = {
  width: 13,
  height: 9,
  depth: 8,
  color: 2,
  sample: (x, y, c) => (x * y + c * 40) & 255,
};
const PALETTE = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 37) & 255));
const EXIF = pngChunk('eXIf', Uint8Array.from(exifSegment(6).slice(10)));

const PLANS: readonly PngPlan[] = [
  PLAN,
  { ...PLAN, color: 6, depth: 16, interlaced: true, split: [20] },
  { ...PLAN, color: 0, depth: 1, sample: (x, y) => (x ^ y) & 1 },
  { ...PLAN, color: 0, depth: 2, sample: (x) => x & 3, transparency: Buffer.from([0, 2]) },
  { ...PLAN, color: 0, depth: 4, sample: (x) => x & 15, interlaced: true },
  { ...PLAN, color: 0, depth: 16, sample: (x, y) => x * 4000 + y, before: [EXIF] },
  { ...PLAN, color: 2, depth: 8, transparency: Buffer.from([0, 0, 0, 40, 0, 80]), split: [1, 7] },
  { ...PLAN, color: 2, depth: 16, sample: (x, y) => x * y * 97, interlaced: true },
  { ...PLAN, color: 3, depth: 1, sample: (x) => x & 1, palette: PALETTE.subarray(0, 6) },
  { ...PLAN, color: 3, depth: 2, sample: (x) => x & 3, palette: PALETTE.subarray(0, 9), interlaced: true },
  { ...PLAN, color: 3, depth: 4, sample: (x) => x & 15, palette: PALETTE, transparency: Buffer.alloc(9) },
  { ...PLAN, color: 3, depth: 8, sample: (x, y) => (x * y) & 15, palette: PALETTE },
  { ...PLAN, color: 4, depth: 8 },
  { ...PLAN, color: 4, depth: 16, sample: (x, y) => x * 5000 + y },
  { ...PLAN, color: 6, depth: 8, zlib: { level: 0 }, split: [33] },
  { ...PLAN, width: 64, height: 40, color: 0, sample: (x, y) => (x >> 4) ^ (y >> 3), zlib: { level: 9 } },
  { ...PLAN, width: 40, height: 30, zlib: { strategy: constants.Z_FIXED }, after: [EXIF] },
  { ...PLAN, width: 1, height: 1, color: 6, interlaced: true },
];

const WORDS = words(
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'eXIf', 'zTXt', 'iCCP', 'abcd', 'ABCD'],
  ...[
    [0x78, 0x9c],
    [0x78, 0x01],
    [0, 0, 0xff, 0xff],
    [0xff, 0xff, 0xff, 0xff],
    [0x7f, 0xff, 0xff, 0xff],
  ],
);
const TYPES = ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'eXIf', 'gAMA', 'QQQQ', 'qqqq', 'I DT'];
const SIDES = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  9,
  33,
  64,
  255,
  256,
  4096,
  65535,
  65536,
  1 << 24,
  0x7fffffff,
  0x80000000,
];
const LENGTHS = [0, 1, 3, 12, 13, 14, 255, 768, 769, 0x7fffffff, 0x80000000, 0xfffffff4, 0xffffffff];
const COLORS = [0, 2, 3, 4, 6];
const DEPTHS = [1, 2, 4, 8, 16];

interface Chunk {
  readonly at: number;
  readonly type: string;
  readonly size: number;
  readonly end: number;
}

function chunksOf(m: Mutant): Chunk[] {
  const list: Chunk[] = [];
  for (let at = 8; at + 12 <= m.length && list.length < 64; ) {
    const size = m.u32(at);
    if (size > m.length - at - 12) break;
    const type = String.fromCharCode(...m.bytes.subarray(at + 4, at + 8));
    list.push({ at, type, size, end: at + 12 + size });
    at += 12 + size;
  }
  return list;
}

/** Mends the CRCs, so that changes reach what lies behind them. */
function mendChunks(m: Mutant): void {
  for (const { at, size } of chunksOf(m))
    m.set32(at + 8 + size, crc32(m.bytes.subarray(at + 4, at + 8 + size)));
}

function changeHeader(m: Mutant, random: Random): void {
  const body = 16;
  switch (random() % 6) {
    case 0:
      m.set32(body, pick(SIDES, random));
      break;
    case 1:
      m.set32(body + 4, pick(SIDES, random));
      break;
    case 2:
      m.set8(body + 8, random() % 4 === 0 ? random() : pick(DEPTHS, random));
      break;
    case 3:
      m.set8(body + 9, random() % 4 === 0 ? random() : pick(COLORS, random));
      break;
    case 4:
      m.set8(body + 12, random() % 3);
      break;
    default:
      m.set8(body + 10 + (random() % 2), random() % 3);
  }
}

const donor = new Mutant();

/** One change that knows what it is about. */
function changeStructure(m: Mutant, random: Random, material: Material): void {
  const list = chunksOf(m);
  if (list.length === 0) return;
  const one = pick(list, random);
  switch (random() % 10) {
    case 0:
      m.insert(pick(list, random).at, m.part(one.at, one.end));
      break;
    case 1:
      m.remove(one.at, one.end - one.at);
      break;
    case 2: {
      const piece = m.part(one.at, one.end);
      m.remove(one.at, piece.length);
      m.insert(Math.min(m.length, pick(list, random).at), piece);
      break;
    }
    case 3: {
      donor.load(pick(material.seeds, random));
      const others = chunksOf(donor);
      if (others.length === 0) break;
      const other = pick(others, random);
      m.insert(one.at, donor.part(other.at, other.end));
      break;
    }
    case 4:
      m.set32(one.at, random() % 2 === 0 ? pick(LENGTHS, random) : m.u32(one.at) + (random() % 5) - 2);
      break;
    case 5:
      for (let i = 0, type = pick(TYPES, random); i < 4; i += 1) m.set8(one.at + 4 + i, type.charCodeAt(i));
      break;
    case 6:
    case 7:
      changeHeader(m, random);
      break;
    default: {
      const data = list.filter(({ type }) => type === 'IDAT');
      const { at, size } = data.length === 0 ? one : pick(data, random);
      for (let n = 1 + (random() % 3); n > 0 && size > 0; n -= 1)
        havocOnce(m, random, material, at + 8, at + 8 + size);
    }
  }
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** Puts the right Adler-32 behind a damaged deflate stream that can still be inflated; the stream as it is otherwise. */
function mendAdler(stream: Buffer): Buffer {
  try {
    const bytes = inflateRawSync(stream.subarray(2), { maxOutputLength: 1 << 16 });
    const out = Buffer.from(stream);
    out.writeUInt32BE(adler32(bytes), out.length - 4);
    return out;
  } catch {
    return stream;
  }
}

/** A file made anew: rows changed before compression, or the compressed stream after it; all checksums right. */
function remade(random: Random): Buffer {
  const base = pick(PLANS, random);
  const mask = (1 << base.depth) - 1;
  const plan: PngPlan = {
    ...base,
    // Sides are others than the seed's: samples stay within their depth.
    sample: (x, y, c) => base.sample(x, y, c) & mask,
    width: 1 + (random() % 40),
    height: 1 + (random() % 24),
    interlaced: random() % 4 === 0,
  };
  const rows = pngStream(plan);
  if (random() % 2 === 0) {
    for (let n = random() % 4; n > 0; n -= 1) rows[random() % rows.length] = random();
  }
  const strategy = pick([constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY], random);
  let stream: Buffer = deflateSync(random() % 12 === 0 ? rows.subarray(1) : rows, {
    level: random() % 10,
    strategy,
  });
  if (random() % 2 === 0) {
    for (let n = 1 + (random() % 4); n > 0; n -= 1)
      stream[2 + (random() % (stream.length - 2))]! ^= 1 << (random() % 8);
    if (random() % 2 === 0) stream = mendAdler(stream);
  }
  if (random() % 8 === 0) {
    stream = Buffer.concat([
      stream.subarray(0, 2),
      Buffer.from(Array.from({ length: 60 }, () => random() & 255)),
    ]);
    // The first bits choose the kind of block.
    stream[2] = (stream[2]! & 0xf8) | (random() & 7);
  }
  const file = makePng({ ...plan, zlib: { level: 0 } });
  const data = file.indexOf('IDAT') - 4;
  return Buffer.concat([
    file.subarray(0, data),
    ...idatChunks(stream, [1 + (random() % 300)]),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export const png: Target = {
  name: 'png',
  weight: 24,
  seeds: () => [...PLANS.map(makePng), ...conformanceFiles('pngsuite', '.png')],
  mutate(m, random, seeds) {
    const material = { seeds, words: WORDS };
    const kind = random() % 8;
    if (kind === 0) m.load(remade(random));
    if (kind !== 1 && random() % 4 !== 0)
      for (let n = kind === 0 ? random() % 2 : 1 + (random() % 3); n > 0; n -= 1)
        changeStructure(m, random, material);
    else if (kind !== 0) havoc(m, random, material);
    if (random() % 10 !== 0) mendChunks(m);
  },
  call: callPicture,
  bound: pictureBound,
  text: imageText,
  statusFiles: ['assembly/codecs/png/errors.ts'],
  unreachable: {
    PNG_NO_MORE_ROWS: 'is what a whole picture ends with; every one is asked for a row too many',
  },
};
