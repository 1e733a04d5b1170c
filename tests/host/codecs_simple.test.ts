/** BMP, PNM, raw pixels, recognition of formats, EXIF orientation. Expected values as Pillow 13 gives them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecs } from '../support/pictures.js';

const guest = await codecs();

function pnm(text: string, raw: readonly number[] = []): ReturnType<typeof guest.decode> {
  return guest.decode(Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(raw)]));
}

test('PNM: six kinds, comments, maxima', () => {
  assert.deepEqual([...pnm('P1\n# a\n3 2\n010\n1 1#x\n0').pixels], [255, 0, 255, 0, 0, 255]);
  assert.deepEqual(
    [...pnm('P4\n10 1\n', [0b01010000, 0b01000000]).pixels],
    [255, 0, 255, 0, 255, 255, 255, 255, 255, 0],
  );
  assert.deepEqual([...pnm('P2 3 1 15 0 7 15').pixels], [0, 119, 255]);
  assert.deepEqual([...pnm('P3 1 1 1000 0 500 999').pixels], [0, 128, 255]);
  assert.deepEqual([...pnm('P5 2 1 255\n', [9, 200]).pixels], [9, 200]);
  assert.deepEqual([...pnm('P6 1 1 2\n', [0, 1, 9]).pixels], [0, 128, 255]);
  const deep = pnm('P6 1 1 65535\n', [0x80, 0x00, 0xff, 0xff, 0x00, 0x80]);
  assert.deepEqual([deep.channels, ...deep.pixels], [3, 128, 255, 0]);
  assert.deepEqual([...pnm('P2 2 1 255 1#abc\n2 3').pixels], [12, 3], 'a comment inside a number');
});

test('PNM: what is malformed is refused', () => {
  for (const [file, status] of [
    ['P5 0 1 255\n', 181],
    ['P5 99999999999 1 255\n', 184],
    ['P5 2 x 255\n', 184],
    ['P5 2 1 0\n  ', 184],
    ['P5 2 1 65536\n  ', 184],
    ['P5 2 2 255\nabc', 182],
    ['P2 2 1 255 12', 182],
    ['P2 2 1 255 12x 3', 185],
    ['P2 2 1 5 1 6', 185],
    ['P1 2 1 0 2', 185],
    ['P5 99999 99999 255\n', 181],
  ] as const) {
    assert.equal(pnm(file).status, status, file);
  }
});

interface BmpPlan {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  readonly extra?: Buffer;
  readonly pixels: readonly number[];
}

function bmp(plan: BmpPlan): Buffer {
  const extra = plan.extra ?? Buffer.alloc(0);
  const head = Buffer.alloc(54);
  head.write('BM', 0, 'latin1');
  head.writeUInt32LE(54 + extra.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(plan.width, 18);
  head.writeInt32LE(plan.height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(plan.bits, 28);
  head.writeUInt32LE(plan.compression ?? 0, 30);
  return Buffer.concat([head, extra, Buffer.from(plan.pixels)]);
}

const masks = (...values: number[]) => Buffer.from(new Uint32Array(values).buffer);

test('BMP: depths, row orders, palettes, masks', () => {
  const rows24 = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];
  const up = guest.decode(bmp({ width: 2, height: 2, bits: 24, pixels: rows24 }));
  assert.deepEqual([...up.pixels], [9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);
  const down = guest.decode(bmp({ width: 2, height: -2, bits: 24, pixels: rows24 }));
  assert.deepEqual([...down.pixels], [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
  const palette = Buffer.from([1, 2, 3, 0, 4, 5, 6, 0]);
  const bit = guest.decode(
    bmp({ width: 3, height: 1, bits: 1, extra: palette, pixels: [0b01000000, 0, 0, 0] }),
  );
  assert.deepEqual([...bit.pixels], [3, 2, 1, 6, 5, 4, 3, 2, 1]);
  const grays = Buffer.from(Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 0 : i >> 2)));
  const gray = guest.decode(bmp({ width: 2, height: 1, bits: 8, extra: grays, pixels: [7, 250, 0, 0] }));
  assert.deepEqual([gray.channels, ...gray.pixels], [1, 7, 250]);
  const five = guest.decode(bmp({ width: 1, height: 1, bits: 16, pixels: [0x5f, 0x44, 0, 0] }));
  assert.deepEqual([...five.pixels], [139, 16, 255]);
  const six = bmp({
    width: 1,
    height: 1,
    bits: 16,
    compression: 3,
    extra: masks(0xf800, 0x7e0, 0x1f),
    pixels: [0x5f, 0x84, 0, 0],
  });
  assert.deepEqual([...guest.decode(six).pixels], [131, 137, 255]);
  const plain = guest.decode(bmp({ width: 1, height: 1, bits: 32, pixels: [1, 2, 3, 4] }));
  assert.deepEqual([plain.channels, ...plain.pixels], [3, 3, 2, 1]);
  const turned = bmp({
    width: 1,
    height: 1,
    bits: 32,
    compression: 3,
    extra: masks(0xff000000, 0xff0000, 0xff00),
    pixels: [1, 2, 3, 4],
  });
  assert.deepEqual([...guest.decode(turned).pixels], [4, 3, 2]);
});

test('BMP: what is not supported or malformed is refused', () => {
  const plan: BmpPlan = { width: 2, height: 2, bits: 24, pixels: Array.from({ length: 16 }, () => 0) };
  assert.equal(guest.decode(bmp({ ...plan, compression: 1, bits: 8 })).status, 188);
  assert.equal(guest.decode(bmp({ ...plan, bits: 2 })).status, 187);
  assert.equal(
    guest.decode(bmp({ ...plan, bits: 16, compression: 3, extra: masks(0xf00, 0xf0, 0xf) })).status,
    187,
  );
  assert.equal(guest.decode(bmp({ ...plan, width: 0 })).status, 181);
  assert.equal(guest.decode(bmp({ ...plan, width: 100000, height: 100000 })).status, 181);
  assert.equal(guest.decode(bmp({ ...plan, height: 3 })).status, 182);
  assert.equal(guest.decode(bmp(plan).subarray(0, 20)).status, 186);
});

test('formats are known by their first bytes; unsupported ones are named', () => {
  const text = (hexOrText: string) => {
    const bytes = hexOrText.startsWith('0x')
      ? Buffer.from(hexOrText.slice(2), 'hex')
      : Buffer.from(hexOrText, 'latin1');
    return guest.decode(Buffer.concat([bytes, Buffer.alloc(20)])).text;
  };
  assert.match(text('GIF89a'), /^GIF is not supported; JPEG, PNG, BMP and PNM are$/);
  assert.match(text('RIFF\x10\0\0\0WEBPVP8 '), /^WebP /);
  assert.match(text('II*\0'), /^TIFF /);
  assert.match(text('MM\0*'), /^TIFF /);
  assert.match(text('\0\0\0\x18ftypheic'), /^HEIC and AVIF /);
  assert.match(text('\0\0\0\x18ftypavif'), /^HEIC and AVIF /);
  assert.match(text('\0\0\0\x18ftypisom'), /^not a known image format/);
  assert.match(text('0x0000000c6a5020200d0a870a'), /^JPEG 2000 /);
  assert.match(text('0xff4fff51'), /^JPEG 2000 /);
  assert.match(text('0xff0a'), /^JPEG XL /);
  assert.match(text('0x0000000c4a584c200d0a870a'), /^JPEG XL /);
  assert.match(text('8BPS'), /^PSD /);
  assert.match(text('%PDF-1.7'), /^PDF /);
  assert.match(text('<?xml version="1.0"?>\n<svg xmlns="x">'), /^SVG /);
  assert.match(text('  <svg>'), /^SVG /);
  assert.match(text('<html>'), /^not a known image format; JPEG, PNG, BMP and PNM are supported$/);
  assert.equal(guest.decode(Buffer.alloc(0)).status, 170);
  assert.match(guest.decode(Buffer.alloc(0)).text, /empty/);
  assert.equal(guest.decode(Buffer.from([0x89])).status, 171);
});
