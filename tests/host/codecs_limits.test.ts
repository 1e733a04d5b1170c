/**
 * The limits of docs/limits.md: what is beyond one is refused with a text that names it; what costs nothing but its bytes
 * is taken in time and memory that grow with them alone.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { CHECKOUT } from '../../scripts/machine/paths.js';
import { flatPicture } from '../support/jpegs.js';
import { inputCard, openKernels } from '../support/kernels.js';
import {
  codecs,
  idatChunks,
  makePng,
  PNG_SIGNATURE,
  type PngPlan,
  pngChunk,
  pngHeader,
} from '../support/pictures.js';

const MIB = 1024 * 1024;
/** For a few MiB of input on a busy machine. */
const SOON_MS = 3000;

const golden = JSON.parse(readFileSync(join(CHECKOUT, 'tests/golden/jpeg.json'), 'utf8')) as {
  readonly bases: Record<string, string>;
};
const base = (name: string) => Buffer.from(golden.bases[name]!, 'base64');
const repeated = (piece: Uint8Array, times: number) =>
  Buffer.concat(Array.from({ length: times }, () => piece));

/** Decodes in a fresh module: what came of it, and how much of the arena it took beside the file. */
async function decode(file: Buffer) {
  const fresh = await codecs();
  const started = performance.now();
  const picture = fresh.decode(file);
  const took = performance.now() - started;
  assert.ok(took < SOON_MS, `took ${took} ms`);
  return { ...picture, used: fresh.call.arenaHighWater!() - file.length };
}

async function refused(file: Buffer, pattern: RegExp, memory = MIB): Promise<void> {
  const { status, text, used } = await decode(file);
  assert.notEqual(status, 0);
  assert.match(text, pattern);
  assert.ok(used < memory, `${used} bytes`);
}

/** The file with another size in its frame header. */
function resized(file: Buffer, width: number, height: number): Buffer {
  const out = Buffer.from(file);
  const frame = Math.max(file.indexOf('ffc0', 'hex'), file.indexOf('ffc2', 'hex'));
  out.writeUInt16BE(height, frame + 5);
  out.writeUInt16BE(width, frame + 7);
  return out;
}

/** A progressive file whose last scan comes again and again, without its data. */
function manyScans(file: Buffer, times: number): Buffer {
  const scan = file.lastIndexOf(Buffer.from([0xff, 0xda]));
  return Buffer.concat([
    file.subarray(0, -2),
    repeated(file.subarray(scan, scan + 10), times),
    file.subarray(-2),
  ]);
}

/** A marker segment. */
function segment(marker: number, body: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** `pieces` behind the start of the file. */
const behindStart = (file: Buffer, ...pieces: Buffer[]) =>
  Buffer.concat([file.subarray(0, 2), ...pieces, file.subarray(2)]);

describe('JPEG', () => {
  test('pixels: 65500 a side, 2^28 in all', async () => {
    await refused(resized(base('444'), 65_501, 1), /65500 pixels a side and 2\^28 pixels/);
    await refused(resized(base('444'), 16_385, 16_384), /65500 pixels a side and 2\^28 pixels/);
  });

  test('scans: 1000, and 128 passes over the picture', async () => {
    const file = base('progressive gray');
    assert.equal((await decode(manyScans(file, 900))).status, 0);
    await refused(manyScans(file, 1001), /more than 1000 scans/);
    const large = Buffer.concat([
      resized(base('progressive'), 2000, 2000).subarray(0, -2),
      Buffer.alloc(2000),
    ]);
    const padded = Buffer.concat([large, Buffer.from([0xff, 0xd9])]);
    assert.equal((await decode(manyScans(padded, 5))).status, 0);
    await refused(manyScans(padded, 300), /128 passes/, 16 * MIB);
  });

  test('pixels for a byte of the file, beyond 2^24: 2048', async () => {
    const file = base('progressive');
    await refused(resized(file, 16_000, 16_000), /over 2\^24 pixels: less than a byte for 2048/);
    await refused(
      resized(flatPicture(64, 64), 16_000, 16_000),
      /over 2\^24 pixels: less than a byte for 2048/,
    );
    assert.equal((await decode(resized(file, 4096, 4096))).status, 0);
    await refused(resized(file, 4096, 4097), /over 2\^24 pixels: less than a byte for 2048/);
  });

  test('markers, tables, comments: as many as the file holds', async () => {
    const file = base('420');
    const plain = await decode(file);
    const quant = segment(0xdb, Buffer.alloc(65, 1));
    const huffman = segment(0xc4, Buffer.concat([Buffer.from([0, 0, 1]), Buffer.alloc(15)]));
    const pieces = [
      quant,
      huffman,
      segment(0xe1, Buffer.from('Exif\0\0MM\0*')),
      segment(0xfe, Buffer.alloc(0)),
    ];
    const many = behindStart(
      file,
      repeated(Buffer.concat(pieces), 40_000),
      repeated(Buffer.from('ffd3', 'hex'), 1e5),
    );
    const { text, pixels, used } = await decode(many);
    assert.equal(text, '');
    assert.ok(pixels.equals(plain.pixels));
    assert.ok(used < MIB);
  });

  test('EXIF: one directory of at most 65535 entries, whatever it points to', async () => {
    const directory = (entries: number, next: number) => {
      const block = Buffer.alloc(8 + 2 + 12 * 20 + 4);
      block.write('MM\0*', 0, 'latin1');
      block.writeUInt32BE(8, 4);
      block.writeUInt16BE(entries, 8);
      // Twenty entries that are no orientation, then the next directory.
      for (let i = 0; i < 20; i += 1) block.writeUInt16BE(0x8769, 10 + 12 * i);
      block.writeUInt32BE(next, 10 + 240);
      return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block]));
    };
    for (const exif of [directory(20, 8), directory(20, 0xffffffff), directory(65_535, 8), directory(0, 8)]) {
      const { text, orientation } = await decode(behindStart(base('444'), exif));
      assert.equal(text, '');
      assert.equal(orientation, 1);
    }
  });
});

/** Bits as deflate wants them: first bit lowest. */
class BitWriter {
  readonly #bytes: number[] = [];
  #used = 0;

  put(value: number, bits: number): void {
    for (let i = 0; i < bits; i += 1, this.#used += 1) {
      if ((this.#used & 7) === 0) this.#bytes.push(0);
      this.#bytes[this.#bytes.length - 1]! |= ((value >> i) & 1) << (this.#used & 7);
    }
  }

  align(): void {
    this.#used = (this.#used + 7) & ~7;
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

/** A dynamic block that holds nothing but its end: 90 bits. */
function emptyDynamicBlock(out: BitWriter): void {
  out.put(0b100, 3); // not the last, dynamic
  out.put(0, 10); // 257 literals and lengths, 1 distance
  out.put(14, 4); // 18 code lengths, in deflate's order: 18 and 1 have one bit each
  for (let i = 0; i < 18; i += 1) out.put(i === 2 || i === 17 ? 1 : 0, 3);
  // Code 0 is symbol 1, code 1 is symbol 18: 138 and 118 zeros, then 1 for the end of block, 1 for the distance.
  out.put(1 | (127 << 1), 8);
  out.put(1 | (107 << 1), 8);
  out.put(0, 2);
  out.put(0, 1); // the end
}

const GRAY: PngPlan = { width: 16, height: 16, depth: 8, color: 0, sample: (x, y) => x * y };

/** GRAY's pixels, all zero, behind `blocks` empty dynamic blocks. */
function dynamicBlocks(blocks: number): Buffer {
  const out = new BitWriter();
  out.put(0x0178, 16);
  for (let i = 0; i < blocks; i += 1) emptyDynamicBlock(out);
  out.put(1, 3); // the last, stored
  out.align();
  const rows = Buffer.alloc(16 * 17);
  out.put(rows.length, 16);
  out.put(~rows.length, 16);
  const adler = Buffer.from([(rows.length % 65_521) >> 8, rows.length & 255, 0, 1]);
  const stream = Buffer.concat([out.bytes(), rows, adler]);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(GRAY),
    ...idatChunks(stream),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('PNG', () => {
  const sized = (width: number, height: number, more: object = {}) =>
    Buffer.concat([
      PNG_SIGNATURE,
      pngHeader({ ...GRAY, ...more, width, height }),
      pngChunk('IDAT', deflateSync(Buffer.alloc(100_000))),
      pngChunk('IEND', Buffer.alloc(0)),
    ]);

  test('pixels: 2^28 in all, 2^26 bytes a row', async () => {
    await refused(sized(16_385, 16_384), /268435456 pixels or 67108864 bytes a row/);
    await refused(sized(16_777_217, 1), /268435456 pixels or 67108864 bytes a row/);
    await refused(sized(8_388_609, 1, { depth: 16, color: 6 }), /67108864 bytes a row/);
  });

  test('no memory for rows that the data cannot give: deflate makes at most 1032 bytes of one', async () => {
    await refused(sized(16_384, 16_384), /ends before the last row/);
    await refused(sized(16_384, 16_384, { interlaced: true }), /ends before the last row/);
    await refused(sized(16_384, 16_384, { depth: 16, color: 6 }), /ends before the last row/);
  });

  test('Huffman codes: 1024, and one more for 32 bytes of the picture', async () => {
    const within = await decode(dynamicBlocks(1032));
    assert.equal(within.text, '');
    assert.ok(within.pixels.every((sample) => sample === 0));
    await refused(dynamicBlocks(1033), /Huffman codes more than 1024 times and once in 32 bytes/);
    await refused(dynamicBlocks(500_000), /Huffman codes more than 1024 times/);
  });

  test('chunks: as many as the file holds, empty ones too', async () => {
    const plain = makePng(GRAY);
    const empty = repeated(pngChunk('teSt', Buffer.alloc(0)), 100_000);
    const exif = repeated(pngChunk('eXIf', Buffer.from('MM\0*\0\0\0\x08\0\0')), 20_000);
    const noData = repeated(pngChunk('IDAT', Buffer.alloc(0)), 100_000);
    const start = PNG_SIGNATURE.length + 25;
    const file = Buffer.concat([plain.subarray(0, start), empty, exif, noData, plain.subarray(start)]);
    const { text, pixels, used } = await decode(file);
    assert.equal(text, '');
    assert.ok(pixels.equals((await decode(plain)).pixels));
    assert.ok(used < MIB);
  });

  test('compressed texts and profiles are not inflated', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * MIB), { level: 9 });
    const before = [
      pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), bomb])),
      pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), bomb])),
      pngChunk('iTXt', Buffer.concat([Buffer.from('Comment\0\x01\0\0\0', 'latin1'), bomb])),
    ];
    const { text, used } = await decode(makePng({ ...GRAY, before }));
    assert.equal(text, '');
    assert.ok(used < MIB);
  });

  test('image data beyond the last row is not inflated', async () => {
    const rows = Buffer.concat([Buffer.alloc(16 * 17), Buffer.alloc(64 * MIB)]);
    const file = Buffer.concat([
      PNG_SIGNATURE,
      pngHeader(GRAY),
      pngChunk('IDAT', deflateSync(rows, { level: 9 })),
      pngChunk('IEND', Buffer.alloc(0)),
    ]);
    const { text, used } = await decode(file);
    assert.equal(text, '');
    assert.ok(used < MIB);
    assert.notEqual(crc32(file), 0);
  });
});

describe('PNM and BMP', () => {
  test('PNM comments and spaces: as many as the file holds; numbers of 10 digits', async () => {
    const filler = Buffer.concat([Buffer.alloc(2 * MIB, '#'), Buffer.from('\n'), Buffer.alloc(2 * MIB, ' ')]);
    const lines = repeated(Buffer.from('#\n'), 200_000);
    const file = Buffer.concat([
      Buffer.from('P2 '),
      filler,
      Buffer.from('1 2 '),
      lines,
      Buffer.from('9 9 '),
      filler,
      Buffer.from('0'),
    ]);
    const { text, pixels } = await decode(file);
    assert.equal(text, '');
    assert.deepEqual([...pixels], [255, 0]);
    await refused(Buffer.from('P5 00000000001 1 255\n '), /longer than 10 digits/);
  });

  test('PNM and BMP pixels: 2^28 in all, 2^26 bytes a row', async () => {
    await refused(Buffer.from('P5 16385 16384 255\n'), /268435456, or more than 67108864 bytes a row/);
    await refused(Buffer.from('P5 16777217 1 255\n'), /67108864 bytes a row/);
    const bmp = Buffer.alloc(54);
    bmp.write('BM', 0, 'latin1');
    bmp.writeUInt32LE(54, 10);
    bmp.writeUInt32LE(40, 14);
    bmp.writeInt32LE(16_385, 18);
    bmp.writeInt32LE(-16_384, 22);
    bmp.writeUInt16LE(24, 28);
    await refused(bmp, /268435456/);
    bmp.writeInt32LE(1, 22);
    bmp.writeUInt32LE(1, 30);
    await refused(bmp, /compressed BMP is not supported/);
  });
});

describe('card and labels', () => {
  const card = inputCard(4, 4, { profile: 'pillow', filter: 'bilinear', size: [4, 4] });

  test('a card of 1 MiB, JSON of 64 levels, numbers of 1000 characters', () => {
    const padded = (bytes: number) => Buffer.from(JSON.stringify(card).padEnd(bytes, ' '));
    assert.equal(openKernels(padded(MIB)).opened.status, 0);
    const large = openKernels(padded(MIB + 1)).opened;
    assert.equal(large.code, 'MODEL_CARD_INVALID');
    assert.match(large.message, /the card is larger than 1 MiB/);
    const deep = Buffer.from(`{"x":${'['.repeat(64)}${']'.repeat(64)}}`);
    assert.match(openKernels(deep).opened.message, /nests deeper than 64 levels/);
    const long = Buffer.from(`{"schema":1.${'0'.repeat(1000)}}`);
    assert.match(openKernels(long).opened.message, /number in the JSON text has more than 1000 characters/);
  });

  test('a million labels', () => {
    const most = openKernels(card, Buffer.from('a\n'.repeat(1_000_000)));
    assert.equal(most.opened.message, '');
    const many = openKernels(card, Buffer.from('a\n'.repeat(1_000_001))).opened;
    assert.equal(many.code, 'MODEL_LABELS');
    assert.match(many.message, /more than 1000000 lines/);
  });
});
