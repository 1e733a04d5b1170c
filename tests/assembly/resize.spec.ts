import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import { coefficientTaps, coefficientsBuild } from '../../assembly/kernels/resize/coefficients';
import { cosine, sine } from '../../assembly/kernels/resize/filters';
import {
  geometryCrop,
  geometryLetterbox,
  geometryShortest,
  geometrySize,
  resizeWindow,
} from '../../assembly/kernels/resize/geometry';
import * as plain from '../../assembly/kernels/resize/scalar';
import * as simd from '../../assembly/kernels/resize/simd';
import { FILTER_LANCZOS, ORIGIN_FLOOR, ORIGIN_ROUND } from '../../assembly/kernels/types';
import { difference, random, randomBytes, seed } from './support/data';

/** Bounds and table of a random side; hard pictures come from `extreme`. */
function extreme(block: usize, bytes: i32): void {
  for (let i = 0; i < bytes; i++) store<u8>(block + i, random(2) * 255);
}

describe('resize kernels, scalar == SIMD', () => {
  it('horizontal: filters, channels 1..4, sizes, noise and 0/255', () => {
    seed(11);
    for (let round = 0; round < 600; round++) {
      const mark = arenaMark();
      const filter = 1 + (round % 5);
      const channels = 1 + <i32>random(4);
      const inSize = 1 + <i32>random(round % 7 == 0 ? 900 : 60);
      const outSize = 1 + <i32>random(90);
      const first = <i32>random(outSize);
      const count = 1 + <i32>random(outSize - first);
      const taps = coefficientTaps(filter, inSize, outSize);
      const bounds = arenaAlloc(count * 8);
      const table = arenaAlloc(count * taps * 4);
      coefficientsBuild(filter, inSize, outSize, first, count, taps, bounds, table, arenaAlloc(taps * 8));
      const row = randomBytes(inSize * channels, <i32>random(16));
      if (round % 3 == 0) extreme(row, inSize * channels);
      const a = arenaAlloc(count * channels + 64);
      const b = arenaAlloc(count * channels + 64);
      plain.horizontalRow(row, a, channels, count, bounds, table, taps);
      simd.packTable(table, count, taps);
      simd.horizontalRow(row, b, channels, count, bounds, table, taps);
      expect(difference(a, b, count * channels)).toBe(-1);
      arenaRelease(mark);
    }
  });

  it('vertical: taps, widths, noise and 0/255', () => {
    seed(12);
    for (let round = 0; round < 400; round++) {
      const mark = arenaMark();
      const filter = 1 + (round % 5);
      const inSize = 1 + <i32>random(120);
      const outSize = 1 + <i32>random(60);
      const at = <i32>random(outSize);
      const taps = coefficientTaps(filter, inSize, outSize);
      const bounds = arenaAlloc(8);
      const table = arenaAlloc(taps * 4);
      coefficientsBuild(filter, inSize, outSize, at, 1, taps, bounds, table, arenaAlloc(taps * 8));
      const n = load<i32>(bounds, 4);
      const bytes = 1 + <i32>random(70);
      const rows = arenaAlloc((n + 1) * 4);
      for (let j = 0; j <= n; j++) {
        const row = randomBytes(bytes, <i32>random(16));
        if (round % 3 == 0) extreme(row, bytes);
        store<u32>(rows + (j << 2), <u32>row);
      }
      const a = arenaAlloc(bytes + 64);
      const b = arenaAlloc(bytes + 64);
      plain.verticalRow(rows, table, n, a, bytes);
      simd.packTable(table, 1, taps);
      simd.verticalRow(rows, table, n, b, bytes);
      expect(difference(a, b, bytes)).toBe(-1);
      arenaRelease(mark);
    }
  });

  it('nearest', () => {
    seed(13);
    for (let round = 0; round < 100; round++) {
      const mark = arenaMark();
      const channels = 1 + (round & 3);
      const inSize = 1 + <i32>random(50);
      const count = 1 + <i32>random(50);
      const indices = arenaAlloc(count * 4);
      for (let i = 0; i < count; i++) store<i32>(indices + (i << 2), random(inSize));
      const row = randomBytes(inSize * channels);
      const a = arenaAlloc(count * channels + 64);
      const b = arenaAlloc(count * channels + 64);
      plain.nearestRow(row, a, channels, count, indices);
      simd.nearestRow(row, b, channels, count, indices);
      expect(difference(a, b, count * channels)).toBe(-1);
      arenaRelease(mark);
    }
  });

  it('writes at most ROW_SLACK bytes behind a row', () => {
    for (let channels = 1; channels <= 4; channels++) {
      for (let count = 1; count < 20; count++) {
        const mark = arenaMark();
        const taps = coefficientTaps(FILTER_LANCZOS, 40, count);
        const bounds = arenaAlloc(count * 8);
        const table = arenaAlloc(count * taps * 4);
        coefficientsBuild(FILTER_LANCZOS, 40, count, 0, count, taps, bounds, table, arenaAlloc(taps * 8));
        simd.packTable(table, count, taps);
        const end = count * channels + <i32>simd.ROW_SLACK;
        const out = arenaAlloc(end + 32);
        memory.fill(out, 0xa5, end + 32);
        simd.horizontalRow(randomBytes(40 * channels), out, channels, count, bounds, table, taps);
        for (let i = end; i < end + 32; i++) expect(load<u8>(out + i)).toBe(0xa5);
        arenaRelease(mark);
      }
    }
  });
});

describe('resize filters', () => {
  it('sine and cosine agree with the standard library', () => {
    for (let i = 0; i < 4000; i++) {
      const x: f64 = <f64>i * 0.0025;
      expect(abs(sine(x) - Math.sin(x))).toBeLessThan(2.3e-16);
      expect(abs(cosine(x) - Math.cos(x))).toBeLessThan(2.3e-16);
    }
  });
});

describe('resize geometry', () => {
  it('shortest: torchvision 500x375 -> 341x256, portrait, square', () => {
    expect(geometryShortest(500, 375, 256)).toBe(0);
    expect(resizeWindow.fullW).toBe(341);
    expect(resizeWindow.fullH).toBe(256);
    geometryShortest(375, 500, 256);
    expect(resizeWindow.fullW).toBe(256);
    expect(resizeWindow.fullH).toBe(341);
    geometryShortest(7, 7, 256);
    expect(resizeWindow.fullH).toBe(256);
    expect(geometryShortest(1, 65535, 2)).toBe(191);
    expect(geometryShortest(0, 5, 2)).toBe(191);
  });

  it('crop origins: 341 - 224 = 117 -> 58 both; 343 - 224 = 119 -> 60 (half to even) and 59', () => {
    geometrySize(341, 343);
    expect(geometryCrop(224, 224, ORIGIN_ROUND)).toBe(0);
    expect(resizeWindow.cropX).toBe(58);
    expect(resizeWindow.cropY).toBe(60);
    geometryCrop(224, 224, ORIGIN_FLOOR);
    expect(resizeWindow.cropX).toBe(58);
    expect(resizeWindow.cropY).toBe(59);
  });

  it('crop larger than the picture: torchvision pads floor in front, transformers ceil', () => {
    geometrySize(5, 5);
    geometryCrop(8, 8, ORIGIN_ROUND);
    expect(resizeWindow.cropX).toBe(-1);
    geometryCrop(8, 8, ORIGIN_FLOOR);
    expect(resizeWindow.cropX).toBe(-2);
  });

  it('letterbox: 640x480 and 333x500 into 640x640, slim pictures keep a pixel', () => {
    geometryLetterbox(640, 480, 640, 640);
    expect(resizeWindow.fullW).toBe(640);
    expect(resizeWindow.fullH).toBe(480);
    expect(resizeWindow.cropX).toBe(0);
    expect(resizeWindow.cropY).toBe(-80);
    geometryLetterbox(333, 500, 640, 640);
    expect(resizeWindow.fullW).toBe(426);
    expect(resizeWindow.cropX).toBe(-107);
    geometryLetterbox(1, 4000, 64, 64);
    expect(resizeWindow.fullW).toBe(1);
    expect(resizeWindow.fullH).toBe(64);
  });
});
