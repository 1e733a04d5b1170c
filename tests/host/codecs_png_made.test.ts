/** PNG files made here: every kind of pixel, every way to compress, and what must be refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync, deflateSync, type ZlibOptions } from 'node:zlib';
import {
  codecs,
  idatChunks,
  makePng,
  PNG_SIGNATURE,
  type PngPlan,
  pngChunk,
  pngHeader,
  pngStream,
  seeded,
} from '../support/pictures.js';

const guest = await codecs();

/** What the rows must be, worked out pixel by pixel from the plan. */
function expectedPixels(plan: PngPlan): Buffer {
  const { width, height, depth, color, transparency } = plan;
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[color]!;
  const out: number[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const values = Array.from({ length: samples }, (_, c) => plan.sample(x, y, c));
      if (color === 3) {
        const index = values[0]!;
        for (let c = 0; c < 3; c += 1) out.push(plan.palette![index * 3 + c] ?? 0);
        if (transparency !== undefined) out.push(transparency[index] ?? 255);
        continue;
      }
      for (const v of values) out.push(depth === 16 ? v >> 8 : Math.floor((v * 255) / (2 ** depth - 1)));
      if (transparency !== undefined) {
        const key = values.map((_, c) => (transparency[c * 2]! << 8) | transparency[c * 2 + 1]!);
        out.push(values.every((v, c) => v === key[c]) ? 0 : 255);
      }
    }
  }
  return Buffer.from(out);
}

const KINDS: readonly (readonly [color: number, depth: number])[] = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].flatMap((depth) => [2, 4, 6].map((color) => [color, depth] as const)),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
];

const COMPRESSIONS: readonly ZlibOptions[] = [
  { level: 0 },
  { level: 1 },
  { level: 9 },
  { strategy: constants.Z_FIXED },
  { strategy: constants.Z_HUFFMAN_ONLY },
  { strategy: constants.Z_RLE },
  { windowBits: 9, memLevel: 1 },
];

test('all colour types, depths, passes, filters, key colours and ways to compress', () => {
  const random = seeded(2024);
  const sizes = [1, 2, 3, 5, 8, 9, 17, 40];
  for (const [color, depth] of KINDS) {
    for (const interlaced of [false, true]) {
      for (let round = 0; round < 14; round += 1) {
        const width = sizes[random() % sizes.length]!;
        const height = sizes[random() % sizes.length]!;
        const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[color]!;
        const levels = 2 ** depth;
        // Few distinct values: matches, and key colours that occur.
        const values = Array.from({ length: 4 }, () => random() % levels);
        const cells = Array.from({ length: width * height * samples }, () => values[random() % 4]!);
        const keyed = round % 2 === 1 && (color === 0 || color === 2);
        const transparency = keyed
          ? Buffer.from(Array.from({ length: samples }, () => values[0]!).flatMap((v) => [v >> 8, v & 255]))
          : color === 3 && round % 2 === 1
            ? Buffer.from(Array.from({ length: Math.ceil(levels / 2) }, () => random() % 256))
            : undefined;
        const plan: PngPlan = {
          width,
          height,
          depth,
          color,
          interlaced,
          sample: (x, y, c) => cells[(y * width + x) * samples + c]!,
          filters: () => random() % 5,
          zlib: COMPRESSIONS[round % COMPRESSIONS.length]!,
          ...(color === 3
            ? { palette: Buffer.from(Array.from({ length: levels * 3 }, () => random() % 256)) }
            : {}),
          ...(transparency === undefined ? {} : { transparency }),
          ...(round % 3 === 0 ? { split: [1, 7, 100] } : {}),
        };
        const name = `color ${color} depth ${depth} ${width}x${height} interlaced ${interlaced} round ${round}`;
        const picture = guest.decode(makePng(plan));
        assert.equal(picture.text, '', name);
        assert.equal(picture.format, 'PNG');
        assert.deepEqual(picture.pixels, expectedPixels(plan), name);
      }
    }
  }
});

test('long matches and every distance up to the 32 KiB window', () => {
  const random = seeded(5);
  const block = Buffer.from(Array.from({ length: 32768 }, () => random() & 255));
  const period = (length: number) => (x: number, y: number) => block[(y * 1000 + x) % length]!;
  for (const length of [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 255, 258, 4096, 32700, 32768]) {
    const plan: PngPlan = {
      width: 1000,
      height: 150,
      depth: 8,
      color: 0,
      sample: period(length),
      filters: () => 0,
    };
    assert.deepEqual(
      guest.decode(makePng({ ...plan, zlib: { level: 9 } })).pixels,
      expectedPixels(plan),
      `${length}`,
    );
  }
});

test('a large picture is never whole in memory', async () => {
  const fresh = await codecs();
  const plan: PngPlan = {
    width: 4000,
    height: 3000,
    depth: 8,
    color: 2,
    sample: (x, y, c) => (x + y * c) & 255,
  };
  const stream = Buffer.alloc(3000 * 12001);
  for (let at = 0; at < stream.length; at += 12001) stream.fill((at / 12001) & 3, at + 1, at + 12001);
  const file = Buffer.concat([PNG_SIGNATURE, pngHeader(plan), ...idatChunks(deflateSync(stream), [65536])]);
  const picture = fresh.decode(file);
  assert.equal(picture.text, '');
  assert.equal(picture.pixels[12000 * 3 - 1], 2);
  assert.ok(fresh.call.arenaHighWater!() < file.length + 256 * 1024, `${fresh.call.arenaHighWater!()} bytes`);
});

const small: PngPlan = {
  width: 9,
  height: 7,
  depth: 8,
  color: 2,
  sample: (x, y, c) => (x * 31 + y * 17 + c * 5) & 255,
};

test('a file cut off anywhere is refused, or whole where only what follows the pixels is missing', () => {
  const file = makePng({ ...small, split: [40] });
  const whole = guest.decode(file).pixels;
  for (let length = 0; length < file.length; length += 1) {
    const picture = guest.decode(file.subarray(0, length));
    if (picture.status === 0) {
      assert.ok(length >= file.length - 12, `${length} bytes`);
      assert.deepEqual(picture.pixels, whole);
    }
  }
});

test('wrong checksums: critical chunks are refused, ancillary ones skipped', () => {
  const damaged = (file: Buffer, at: number) => {
    const copy = Buffer.from(file);
    copy[at]! ^= 1;
    return guest.decode(copy);
  };
  const plain = makePng(small);
  assert.equal(damaged(plain, 29).status, 143, 'CRC of IHDR');
  assert.equal(damaged(plain, plain.length - 13).status, 143, 'CRC of IDAT');
  const keyed = makePng({ ...small, transparency: Buffer.alloc(6) });
  assert.equal(guest.decode(keyed).channels, 4);
  assert.equal(damaged(keyed, 33 + 8 + 6).channels, 3, 'tRNS with a wrong CRC');
  const stream = deflateSync(pngStream(small));
  stream[stream.length - 1]! ^= 1;
  const adler = Buffer.concat([PNG_SIGNATURE, pngHeader(small), ...idatChunks(stream)]);
  assert.equal(guest.decode(adler).status, 159, 'Adler-32');
});

test('zlib streams: extra data passes, wrong headers, dictionaries and block types do not', () => {
  const raw = pngStream(small);
  const withStream = (stream: Buffer) =>
    guest.decode(
      Buffer.concat([
        PNG_SIGNATURE,
        pngHeader(small),
        ...idatChunks(stream),
        pngChunk('IEND', Buffer.alloc(0)),
      ]),
    );
  assert.deepEqual(
    withStream(deflateSync(Buffer.concat([raw, raw]))).pixels,
    guest.decode(makePng(small)).pixels,
  );
  assert.equal(withStream(deflateSync(raw.subarray(0, 100))).status, 153);
  assert.equal(withStream(Buffer.concat([Buffer.from([0x78, 0x9d]), deflateRawSync(raw)])).status, 154);
  assert.equal(withStream(Buffer.concat([Buffer.from([0x79, 0x9c]), deflateRawSync(raw)])).status, 154);
  assert.equal(withStream(deflateSync(raw, { dictionary: Buffer.from('abcdef') })).status, 154);
  assert.equal(withStream(Buffer.from([0x78, 0x9c, 0x07, 0, 0, 0, 0, 0])).status, 155, 'block type 3');
  assert.equal(withStream(Buffer.from([0x78, 0x9c, 0x01, 5, 0, 0, 0, 0])).status, 155, 'stored length');
  // Fixed block: a match of 3 at distance 1 before any byte.
  assert.equal(withStream(Buffer.from([0x78, 0x9c, 0x03, 0x02, 0, 0, 0, 0])).status, 158, 'distance');
  const filter = Buffer.from(raw);
  filter[0] = 5;
  assert.equal(withStream(deflateSync(filter)).status, 160, 'filter 5');
});

test('sizes: zero, too many pixels, more than the data can hold', () => {
  const sized = (width: number, height: number, interlaced = false) =>
    guest.decode(
      Buffer.concat([
        PNG_SIGNATURE,
        pngHeader({ width, height, depth: 8, color: 6, interlaced }),
        ...idatChunks(deflateSync(Buffer.alloc(1000))),
      ]),
    ).status;
  assert.equal(sized(0, 5), 145);
  assert.equal(sized(5, 0x80000000), 145);
  assert.equal(sized(65536, 65536), 146);
  assert.equal(sized(0x4000000, 1), 146, 'row bytes');
  assert.equal(sized(16384, 16384), 153, 'no memory is asked for');
  assert.equal(sized(16384, 16384, true), 153);
});

test('chunk rules: order, palette, unknown critical ones', () => {
  const idat = idatChunks(deflateSync(pngStream(small)), [30]);
  const gap = Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(small),
    idat[0]!,
    pngChunk('tEXt', Buffer.from('a')),
    ...idat.slice(1),
  ]);
  assert.equal(guest.decode(gap).status, 152);
  assert.equal(guest.decode(makePng({ ...small, before: [pngChunk('ABCD', Buffer.alloc(1))] })).status, 149);
  assert.equal(guest.decode(makePng({ ...small, before: [pngChunk('abCd', Buffer.alloc(1))] })).status, 0);
  assert.equal(guest.decode(makePng({ ...small, before: [pngHeader(small)] })).status, 144);
  const indexed: PngPlan = { ...small, color: 3, sample: (x) => x };
  assert.equal(guest.decode(makePng(indexed)).status, 150, 'no PLTE');
  assert.equal(guest.decode(makePng({ ...indexed, palette: Buffer.alloc(4) })).status, 150);
  const shortPalette = guest.decode(makePng({ ...indexed, palette: Buffer.alloc(6, 200) }));
  assert.deepEqual([...shortPalette.pixels.subarray(0, 9)], [200, 200, 200, 200, 200, 200, 0, 0, 0]);
  assert.equal(
    guest.decode(Buffer.concat([PNG_SIGNATURE, pngHeader(small), pngChunk('IEND', Buffer.alloc(0))])).status,
    151,
  );
});

test('eXIf gives the orientation, before or after the image data', () => {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');
  const chunk = pngChunk('eXIf', tiff);
  const wrong = Buffer.from(chunk);
  wrong[wrong.length - 1]! ^= 1;
  assert.equal(guest.decode(makePng(small)).orientation, 1);
  assert.equal(guest.decode(makePng({ ...small, before: [chunk] })).orientation, 6);
  assert.equal(guest.decode(makePng({ ...small, after: [chunk] })).orientation, 6);
  assert.equal(guest.decode(makePng({ ...small, before: [wrong] })).orientation, 1);
  const prefixed = pngChunk('eXIf', Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]));
  assert.equal(guest.decode(makePng({ ...small, before: [prefixed] })).orientation, 6);
});
