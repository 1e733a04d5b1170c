import { exifOrientation } from '../../../assembly/codecs/exif';
import * as colorScalar from '../../../assembly/codecs/jpeg/color/scalar';
import * as colorSimd from '../../../assembly/codecs/jpeg/color/simd';
import { jpegErrorText } from '../../../assembly/codecs/jpeg/errors';
import * as idctScalar from '../../../assembly/codecs/jpeg/idct/scalar';
import * as idctSimd from '../../../assembly/codecs/jpeg/idct/simd';
import * as reducedScalar from '../../../assembly/codecs/jpeg/reduced/scalar';
import * as reducedSimd from '../../../assembly/codecs/jpeg/reduced/simd';
import { idct1x1 } from '../../../assembly/codecs/jpeg/reduced';
import * as upScalar from '../../../assembly/codecs/jpeg/upsample/scalar';
import * as upSimd from '../../../assembly/codecs/jpeg/upsample/simd';
import { jpegOpen } from '../../../assembly/codecs/jpeg/index';
import { arenaAlloc, arenaMark, arenaRelease } from '../../../assembly/memory/arena';

let state: u32 = 1;

function random(): u32 {
  state = state * 1664525 + 1013904223;
  return state >> 8;
}

/** 0 when `bytes` bytes are equal, else 1 + the place of the first difference. */
function difference(a: usize, b: usize, bytes: i32): i32 {
  for (let i = 0; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return i + 1;
  return 0;
}

/** A coefficient of the given temper: 0 small, 1 as encoders make them, 2 anything, 3 extremes. */
function coefficient(temper: u32): i32 {
  if (temper == 0) return <i32>(random() % 9) - 4;
  if (temper == 1) return <i32>(random() % 2048) - 1024;
  if (temper == 2) return <i32>(<i16>random());
  const pick = random() % 4;
  return pick == 0 ? -32768 : pick == 1 ? 32767 : pick == 2 ? 0 : -1;
}

/** Fills a block; `shape`: 0 DC only, 1 first row, 2 top left 4 x 4, 3 sparse, 4 first column, 5 full. */
function fillBlock(block: usize, temper: u32, shape: u32): void {
  memory.fill(block, 0, 128);
  for (let i: u32 = 0; i < 64; i++) {
    const x = i & 7;
    const y = i >> 3;
    let inside = shape == 5 || i == 0;
    if (shape == 1) inside = y == 0;
    if (shape == 2) inside = x < 4 && y < 4;
    if (shape == 3) inside = random() % 8 == 0;
    if (shape == 4) inside = x == 0;
    if (inside) store<i16>(block + (i << 1), <i16>coefficient(temper));
  }
}

function fillQuant(quant: usize, temper: u32): void {
  for (let i = 0; i < 64; i++) {
    const value =
      temper == 0 ? 1 + (random() & 127) : temper == 1 ? random() & 65535 : temper == 2 ? 65535 : 1;
    store<u16>(quant + (i << 1), <u16>value);
  }
}

describe('JPEG inverse DCT', () => {
  it('is the same in SIMD and scalar code, for any coefficients', () => {
    const mark = arenaMark();
    const block = arenaAlloc(128);
    const quant = arenaAlloc(128);
    const a = arenaAlloc(64);
    const b = arenaAlloc(64);
    let wrong = 0;
    for (let n: u32 = 0; n < 12000; n++) {
      const shape = n % 6;
      fillBlock(block, (n / 6) % 4, shape);
      fillQuant(quant, (n / 24) % 4);
      idctScalar.idctFull(block, quant, a, 8);
      idctSimd.idctFull(block, quant, b, 8);
      if (difference(a, b, 64) != 0) wrong++;
      const present = idctScalar.nonZeros(block);
      if (present != idctSimd.nonZeros(block)) wrong++;
      if ((shape == 0 && present > 1) || (shape == 2 && (present & ~0x0f0f0f0f) != 0)) wrong++;
      if ((present & ~0x0f0f0f0f) == 0) {
        idctSimd.idctLow(block, quant, b, 8);
        if (difference(a, b, 64) != 0) wrong++;
        idctScalar.idctLow(block, quant, b, 8);
        if (difference(a, b, 64) != 0) wrong++;
      }
      if (present <= 1) {
        idctSimd.idctFlat(block, quant, b, 8);
        if (difference(a, b, 64) != 0) wrong++;
        idctScalar.idctFlat(block, quant, b, 8);
        if (difference(a, b, 64) != 0) wrong++;
      }
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });

  it('knows which coefficients are not zero', () => {
    const mark = arenaMark();
    const block = arenaAlloc(128);
    memory.fill(block, 0, 128);
    let wrong = 0;
    for (let i = 0; i < 64; i++) {
      store<i16>(block + ((<usize>i) << 1), i & 1 ? -32768 : 256);
      if (idctSimd.nonZeros(block) != (<u64>1) << (<u64>i)) wrong++;
      if (idctScalar.nonZeros(block) != (<u64>1) << (<u64>i)) wrong++;
      store<i16>(block + ((<usize>i) << 1), 0);
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });

  it('writes 8 bytes in each of 8 rows and nothing else', () => {
    const mark = arenaMark();
    const block = arenaAlloc(128);
    const quant = arenaAlloc(128);
    const out = arenaAlloc(160);
    let wrong = 0;
    for (let n: u32 = 0; n < 6; n++) {
      memory.fill(out, 77, 160);
      fillBlock(block, 1, n);
      fillQuant(quant, 0);
      idctSimd.idctFull(block, quant, out + 16, 16);
      for (let i = 0; i < 160; i++)
        if ((i < 16 || (i & 15) >= 8 || i >= 144) && load<u8>(out + i) != 77) wrong++;
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });
});

describe('JPEG inverse DCT at reduced size', () => {
  it('gives 4 x 4 and 2 x 2 samples, the same in SIMD and scalar code, for any coefficients, and nothing else', () => {
    const mark = arenaMark();
    const block = arenaAlloc(128);
    const quant = arenaAlloc(128);
    const a = arenaAlloc(48);
    const b = arenaAlloc(48);
    let wrong = 0;
    for (let n: u32 = 0; n < 12000; n++) {
      fillBlock(block, (n / 6) % 4, n % 6);
      // Row 4 and column 4 have no part in it.
      if (n % 7 == 0) store<i16>(block + ((32 + (n % 8)) << 1), 1000);
      fillQuant(quant, (n / 24) % 4);
      memory.fill(a, 77, 48);
      memory.fill(b, 77, 48);
      reducedScalar.idct4x4(block, quant, a + 9, 7);
      reducedSimd.idct4x4(block, quant, b + 9, 7);
      if (difference(a, b, 48) != 0) wrong++;
      for (let i: u32 = 0; i < 48; i++) {
        const inside = i >= 9 && i < 34 && (i - 9) % 7 < 4;
        if (!inside && load<u8>(b + i) != 77) wrong++;
      }
      memory.fill(a, 77, 48);
      memory.fill(b, 77, 48);
      reducedScalar.idct2x2(block, quant, a + 9, 7);
      reducedSimd.idct2x2(block, quant, b + 9, 7);
      if (difference(a, b, 48) != 0) wrong++;
      for (let i: u32 = 0; i < 48; i++) {
        const inside = i >= 9 && i < 18 && (i - 9) % 7 < 2;
        if (!inside && load<u8>(b + i) != 77) wrong++;
      }
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });

  it('gives the mean of a flat block at every size', () => {
    const mark = arenaMark();
    const block = arenaAlloc(128);
    const quant = arenaAlloc(128);
    const out = arenaAlloc(64);
    memory.fill(block, 0, 128);
    fillQuant(quant, 3);
    let wrong = 0;
    for (let level = -2000; level <= 2000; level++) {
      store<i16>(block, <i16>level);
      const mean = <u8>max(min(((level + 4) >> 3) + 128, 255), 0);
      reducedSimd.idct4x4(block, quant, out, 4);
      reducedSimd.idct2x2(block, quant, out + 16, 2);
      idct1x1(block, quant, out + 20);
      for (let i = 0; i < 21; i++) if (load<u8>(out + i) != mean) wrong++;
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });
});

describe('JPEG upsampling', () => {
  it('is the same in SIMD and scalar code, at every width', () => {
    const mark = arenaMark();
    const near = arenaAlloc(128);
    const far = arenaAlloc(128);
    const a = arenaAlloc(300);
    const b = arenaAlloc(300);
    let wrong = 0;
    for (let n = 0; n < 1000; n++) {
      const width = 1 + (n % 100);
      for (let i = 0; i < 128; i++) {
        store<u8>(near + i, <u8>(n & 1 ? random() : (random() & 1) * 255));
        store<u8>(far + i, <u8>(n & 1 ? random() : (random() & 1) * 255));
      }
      upScalar.fancyH2(near, n % 3 == 0 ? near : far, width, 7 + (n & 1), 8 - (n & 1), a);
      upSimd.fancyH2(near, n % 3 == 0 ? near : far, width, 7 + (n & 1), 8 - (n & 1), b);
      if (difference(a, b, 2 * width) != 0) wrong++;
      upScalar.fancyH1V2(near, far, width, 1 + (n & 1), a);
      upSimd.fancyH1V2(near, far, width, 1 + (n & 1), b);
      if (difference(a, b, width) != 0) wrong++;
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });
});

describe('JPEG colour conversion', () => {
  it('is the same in SIMD and scalar code for every chroma pair', () => {
    const mark = arenaMark();
    const y = arenaAlloc(256);
    const cb = arenaAlloc(256);
    const cr = arenaAlloc(256);
    const a = arenaAlloc(768 + 64);
    const b = arenaAlloc(768 + 64);
    let wrong = 0;
    for (let blue = 0; blue < 256; blue++) {
      for (let i = 0; i < 256; i++) {
        store<u8>(y + i, <u8>(i % 3 == 0 ? random() : i % 3 == 1 ? 0 : 255));
        store<u8>(cb + i, <u8>blue);
        store<u8>(cr + i, <u8>i);
      }
      const width = 256 - (blue % 17);
      colorScalar.yccToRgb(y, cb, cr, width, a);
      colorSimd.yccToRgb(y, cb, cr, width, b);
      if (difference(a, b, 3 * width) != 0) wrong++;
      colorScalar.interleave(y, cb, cr, width, a);
      colorSimd.interleave(y, cb, cr, width, b);
      if (difference(a, b, 3 * width) != 0) wrong++;
    }
    arenaRelease(mark);
    expect(wrong).toBe(0);
  });
});

/** A TIFF block with one entry for the orientation; returns its length. */
function writeExif(at: usize, big: bool, type: u16, value: u32): i32 {
  memory.fill(at, 0, 40);
  store<u16>(at, big ? 0x4d4d : 0x4949);
  store<u16>(at + 2, big ? bswap<u16>(42) : 42);
  store<u32>(at + 4, big ? bswap<u32>(8) : 8);
  store<u16>(at + 8, big ? bswap<u16>(1) : 1);
  store<u16>(at + 10, big ? bswap<u16>(0x112) : 0x112);
  store<u16>(at + 12, big ? bswap<u16>(type) : type);
  store<u32>(at + 14, big ? bswap<u32>(1) : 1);
  if (type == 3) store<u16>(at + 18, big ? bswap<u16>(<u16>value) : <u16>value);
  else store<u32>(at + 18, big ? bswap<u32>(value) : value);
  return 22;
}

describe('EXIF orientation', () => {
  it('reads both byte orders and both integer types', () => {
    const mark = arenaMark();
    const at = arenaAlloc(64);
    for (let value: u32 = 1; value <= 8; value++) {
      expect(exifOrientation(at, writeExif(at, false, 3, value))).toBe(value);
      expect(exifOrientation(at, writeExif(at, true, 3, value))).toBe(value);
      expect(exifOrientation(at, writeExif(at, true, 4, value))).toBe(value);
    }
    arenaRelease(mark);
  });

  it('is 1 for anything else', () => {
    const mark = arenaMark();
    const at = arenaAlloc(64);
    const length = writeExif(at, false, 3, 6);
    for (let cut = 0; cut < length; cut++) expect(exifOrientation(at, cut)).toBe(1);
    expect(exifOrientation(at, writeExif(at, false, 3, 0))).toBe(1);
    expect(exifOrientation(at, writeExif(at, true, 3, 9))).toBe(1);
    expect(exifOrientation(at, writeExif(at, true, 2, 6))).toBe(1);
    writeExif(at, false, 3, 6);
    store<u32>(at + 4, 0xffffffff);
    expect(exifOrientation(at, length)).toBe(1);
    store<u32>(at + 4, 21);
    expect(exifOrientation(at, length)).toBe(1);
    arenaRelease(mark);
  });
});

/** Status of opening the first `length` bytes of a file without a picture. */
function openStart(length: i32): i32 {
  const mark = arenaMark();
  const at = arenaAlloc(16);
  store<u32>(at, 0xd9ffd8ff);
  const status = jpegOpen(at, length);
  arenaRelease(mark);
  return status;
}

describe('JPEG errors', () => {
  it('has a sentence for each status and none for others', () => {
    for (let status = 100; status <= 125; status++) expect(jpegErrorText(status).length).toBeGreaterThan(10);
    expect(jpegErrorText(0)).toBe('');
    expect(jpegErrorText(126)).toBe('');
  });

  it('refuses input of no or few bytes', () => {
    expect(openStart(0)).toBe(100);
    expect(openStart(1)).toBe(100);
    expect(openStart(2)).toBe(101);
    expect(openStart(3)).toBe(101);
    expect(openStart(4)).toBe(120);
  });
});
