/** The formats without compression, and what is found inside of others: PNM, BMP, raw pixels, EXIF. */
import { havoc, type Mutant, pick, type Random, words } from '../mutant.js';
import { pictureBound, type Target } from '../target.js';
import { callPicture, imageText } from './picture.js';

const NUMBERS = [
  '0',
  '1',
  '7',
  '8',
  '255',
  '256',
  '65535',
  '65536',
  '268435456',
  '4294967296',
  '99999999999999',
];
const PNM_WORDS = words(
  ...NUMBERS,
  ...[' ', '\n', '\r', '#', '# c\n', '\t', '-', '+', 'P1', 'P4', 'P6', 'P7'],
  [0],
);

const bytes = (...parts: (string | readonly number[])[]): Uint8Array => Buffer.concat(words(...parts));
const run = (length: number): number[] => Array.from({ length }, (_, i) => (i * 29) & 255);

/** Signatures of formats that are told apart only to be refused. */
const FOREIGN = [
  ...[bytes('GIF89a', run(12)), bytes('RIFF', [9, 0, 0, 0], 'WEBPVP8 '), bytes('II*\0', run(12))],
  ...[bytes([0, 0, 0, 24], 'ftypheic', run(8)), bytes([0, 0, 0, 12], 'jP  ', run(8))],
  ...[bytes([0, 0, 0, 12], 'JXL ', run(8)), bytes([0xff, 0x0a], run(14)), bytes('8BPS', run(12))],
  ...[
    bytes('%PDF-1.4', run(8)),
    bytes('<?xml version="1.0"?><svg/>'),
    bytes([0xff, 0x4f, 0xff, 0x51], run(8)),
  ],
];

export const pnm: Target = {
  name: 'pnm',
  weight: 6,
  seeds: () => [
    bytes('P6 # c\n4 4 255\n', run(48)),
    bytes('P5\n7 3\n255\n', run(21)),
    bytes('P4\n9 3\n', run(6)),
    bytes('P6 3 2 65535\n', run(36)),
    bytes('P5 3 2 1000\n', run(12)),
    bytes('P6 2 2 100 ', run(12)),
    bytes('P3 2 2 300 1 2 3 4 5 6 7 8 9 10 11 300'),
    bytes('P2 3 1 15\n0 7 15\n'),
    bytes('P1 8 2 0101010111110000'),
    ...FOREIGN,
  ],
  mutate(m, random, seeds) {
    if (random() % 3 === 0) replaceNumber(m, random);
    havoc(m, random, { seeds, words: PNM_WORDS });
  },
  call: callPicture,
  bound: pictureBound,
  text: imageText,
  statusFiles: ['assembly/codecs/errors.ts'],
  unreachable: {
    IMAGE_NO_MORE_ROWS: 'is what a whole picture ends with; every one is asked for a row too many',
  },
};

/** Puts another number in the place of one in the header. */
function replaceNumber(m: Mutant, random: Random): void {
  const head = Buffer.from(m.bytes.buffer, 0, Math.min(m.length, 40)).toString('latin1');
  const found = [...head.matchAll(/\d+/g)];
  if (found.length === 0) return;
  const one = pick(found, random);
  m.replace(one.index, one[0].length, Buffer.from(pick(NUMBERS, random)));
}

function makeBmp(header: number, width: number, height: number, bits: number, compression = 0): Uint8Array {
  const stride = (Math.ceil((width * bits) / 8) + 3) & ~3;
  const colors = bits <= 8 ? 1 << bits : 0;
  const masks = compression === 3 && header === 40 ? 12 : 0;
  const entry = header === 12 ? 3 : 4;
  const start = 14 + header + masks + colors * entry;
  const out = Buffer.alloc(start + stride * Math.abs(height));
  out.write('BM', 0, 'latin1');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(start, 10);
  out.writeUInt32LE(header, 14);
  if (header === 12) {
    out.writeUInt16LE(width, 18);
    out.writeUInt16LE(height, 20);
    out.writeUInt16LE(1, 22);
    out.writeUInt16LE(bits, 24);
  } else {
    out.writeInt32LE(width, 18);
    out.writeInt32LE(height, 22);
    out.writeUInt16LE(1, 26);
    out.writeUInt16LE(bits, 28);
    out.writeUInt32LE(compression, 30);
    out.writeUInt32LE(colors, 46);
    if (compression === 3)
      for (const [i, mask] of (bits === 16 ? [0xf800, 0x7e0, 0x1f] : [0xff0000, 0xff00, 0xff]).entries())
        out.writeUInt32LE(mask, 54 + 4 * i);
  }
  for (let i = 14 + header + masks; i < out.length; i += 1) out[i] = (i * 41) & 255;
  return out;
}

const BMP_FIELDS = [2, 10, 14, 18, 22, 26, 28, 30, 34, 46, 50, 54, 58, 62, 66];
const BMP_VALUES = [
  ...[0, 1, 2, 3, 4, 8, 12, 16, 24, 32, 40, 54, 64, 108, 124, 256, 0xffff, 1 << 20, 1 << 28],
  ...[0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0xfffffff8],
];

export const bmp: Target = {
  name: 'bmp',
  weight: 6,
  seeds: () => [
    makeBmp(40, 5, 4, 24),
    makeBmp(40, 9, -3, 32),
    makeBmp(40, 7, 5, 8),
    makeBmp(40, 13, 3, 4),
    makeBmp(40, 17, 3, 1),
    makeBmp(12, 6, 4, 24),
    makeBmp(12, 6, 4, 8),
    makeBmp(40, 6, 4, 16),
    makeBmp(40, 6, 4, 16, 3),
    makeBmp(108, 6, 4, 32, 3),
    makeBmp(124, 5, 3, 32, 3),
  ],
  mutate(m, random, seeds) {
    for (let n = random() % 3; n > 0; n -= 1) {
      const at = pick(BMP_FIELDS, random);
      if (random() % 2 === 0) m.set32(at, pick(BMP_VALUES, random), true);
      else m.set16(at, pick(BMP_VALUES, random), true);
    }
    if (random() % 2 === 0) havoc(m, random, { seeds, words: [] });
  },
  call: callPicture,
  bound: pictureBound,
  text: imageText,
  statusFiles: ['assembly/codecs/errors.ts'],
};

/** Width, height, layout (assembly/codecs/raw_format.ts) and bytes of raw pictures. */
const RAW_PLANS: readonly (readonly [number, number, number, number])[] = [
  ...([
    [4, 4, 3, 48],
    [5, 3, 1, 15],
    [3, 2, 2, 12],
    [2, 6, 4, 48],
    [3, 3, 5, 27],
    [17, 2, 6, 136],
  ] as const),
  ...([
    [6, 4, 7, 36],
    [5, 3, 8, 27],
    [33, 5, 9, 267],
    [7, 3, 10, 48],
  ] as const),
  ...([
    [18, 2, 0x107, 54],
    [4, 4, 0x10009, 24],
    [9, 1, 0x1010a, 20],
  ] as const),
];
const RAW_VALUES = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x107, 0x207, 0x10007, 0x20007, 0x10001, 255, 256, 65535, 65536],
  ...[1 << 28, 0x7fffffff, 0x80000000, 0xffffffff],
];

export const raw: Target = {
  name: 'raw',
  weight: 3,
  seeds: () =>
    RAW_PLANS.map(([width, height, layout, size]) => {
      const out = Buffer.concat([Buffer.alloc(12), Buffer.from(run(size))]);
      for (const [i, value] of [width, height, layout].entries()) out.writeUInt32LE(value, i * 4);
      return out;
    }),
  mutate(m, random, seeds) {
    if (random() % 2 === 0) m.set32(4 * (random() % 3), pick(RAW_VALUES, random), true);
    if (random() % 2 === 0) havoc(m, random, { seeds, words: [] });
  },
  call: (guest, at, length) => guest.call.fuzzRaw!(at, length),
  bound: pictureBound,
  text: imageText,
  statusFiles: ['assembly/codecs/errors.ts'],
};

/** A TIFF block of some entries, of which one may be the orientation. */
function makeTiff(big: boolean, entries: readonly (readonly [number, number, number])[]): Uint8Array {
  const out = Buffer.alloc(10 + entries.length * 12 + 4);
  const u16 = (value: number, at: number) =>
    big ? out.writeUInt16BE(value, at) : out.writeUInt16LE(value, at);
  const u32 = (value: number, at: number) =>
    big ? out.writeUInt32BE(value, at) : out.writeUInt32LE(value, at);
  out.write(big ? 'MM' : 'II', 0, 'latin1');
  u16(42, 2);
  u32(8, 4);
  u16(entries.length, 8);
  for (const [i, [tag, type, value]] of entries.entries()) {
    const at = 10 + i * 12;
    u16(tag, at);
    u16(type, at + 2);
    u32(1, at + 4);
    if (type === 3) u16(value, at + 8);
    else u32(value, at + 8);
  }
  return out;
}

export const exif: Target = {
  name: 'exif',
  weight: 4,
  seeds: () => [
    makeTiff(true, [[0x112, 3, 6]]),
    makeTiff(false, [[0x112, 3, 8]]),
    makeTiff(true, [
      [0x10f, 2, 9],
      [0x112, 4, 3],
      [0x11a, 5, 1],
    ]),
    makeTiff(false, [
      [0x100, 3, 1],
      [0x101, 3, 1],
      [0x112, 3, 2],
    ]),
    makeTiff(false, []),
  ],
  mutate: (m, random, seeds) =>
    havoc(m, random, {
      seeds,
      words: words('II*\0', 'MM\0*', [1, 0x12, 0, 3], [0x12, 1, 3, 0], [0xff, 0xff]),
    }),
  call: (guest, at, length) => guest.call.fuzzExif!(at, length),
  accepts: () => true,
  bound: () => 0,
  text: () => '',
  statusFiles: [],
};
