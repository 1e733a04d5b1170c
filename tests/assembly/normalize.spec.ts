import { arenaAlloc, arenaMark, arenaRelease } from '../../assembly/memory/arena';
import { normalizeRow as plainRow } from '../../assembly/kernels/normalize/scalar';
import { normalizeRow as simdRow } from '../../assembly/kernels/normalize/simd';
import { normalizeTableBuild, normalizeTableBytes } from '../../assembly/kernels/normalize/tables';
import {
  DTYPE_F16,
  DTYPE_F32,
  DTYPE_I8,
  DTYPE_U8,
  SCALE_DIVIDE,
  SCALE_MULTIPLY,
  SCALE_NONE,
} from '../../assembly/kernels/types';
import { difference, marked, random, randomBytes, seed } from './support/data';

function three(a: f32, b: f32, c: f32): usize {
  const block = arenaAlloc(16);
  store<f32>(block, a);
  store<f32>(block, b, 4);
  store<f32>(block, c, 8);
  store<f32>(block, b, 12);
  return block;
}

function bothEqual(dtype: i32, layout: i32, channels: i32, width: i32, scaling: i32, kind: i32): bool {
  const mark = arenaMark();
  const means = kind == 0 ? three(0.485, 0.456, 0.406) : three(0, 0, 0);
  const stds = kind == 0 ? three(0.229, 0.224, 0.225) : three(1, 1, 1);
  const tables = arenaAlloc(normalizeTableBytes(dtype, channels));
  const factor: f32 = scaling == SCALE_DIVIDE ? 255 : <f32>0.00392156862745098;
  normalizeTableBuild(dtype, channels, scaling, factor, means, stds, 0.01865845, 114, tables);
  const height = 3;
  const bytes = width * channels * height * 4;
  const a = marked(bytes, 4);
  const b = marked(bytes, 4);
  for (let row = 0; row < height; row++) {
    const src = randomBytes(width * channels, <i32>random(16));
    plainRow(src, width, channels, tables, a, row, height, layout, dtype);
    simdRow(src, width, channels, tables, b, row, height, layout, dtype);
  }
  const equal = difference(a, b, bytes + 44) == -1;
  arenaRelease(mark);
  return equal;
}

describe('normalize', () => {
  it('scalar == SIMD: types, layouts, channels, widths, tables and affine maps', () => {
    seed(21);
    for (let dtype = 0; dtype < 4; dtype++) {
      for (let layout = 0; layout < 2; layout++) {
        for (let channels = 1; channels <= 4; channels++) {
          for (let width = 1; width < 20; width++) {
            for (let scaling = 0; scaling < 3; scaling++) {
              expect(bothEqual(dtype, layout, channels, width, scaling, 0)).toBe(true);
              expect(bothEqual(dtype, layout, channels, width, scaling, 1)).toBe(true);
            }
          }
        }
      }
    }
  });

  it('f32: ((x / 255) - mean) / std, each step rounded; NumPy gives these bits', () => {
    const tables = arenaAlloc(normalizeTableBytes(DTYPE_F32, 3));
    const means = three(0.485, 0.456, 0.406);
    const stds = three(0.229, 0.224, 0.225);
    normalizeTableBuild(DTYPE_F32, 3, SCALE_DIVIDE, 255, means, stds, 1, 0, tables);
    expect(load<u32>(tables)).toBe(0xc0078bbd);
    expect(load<u32>(tables + 100 * 4)).toBe(0xbecf9456);
    expect(load<u32>(tables + (256 + 7) * 4)).toBe(0xbff4e299);
    expect(load<u32>(tables + (512 + 255) * 4)).toBe(0x4028f5c3);
  });

  it('an affine map is found where it is exact', () => {
    const tables = arenaAlloc(normalizeTableBytes(DTYPE_F32, 3));
    normalizeTableBuild(
      DTYPE_F32,
      3,
      SCALE_MULTIPLY,
      0.00392156862745098,
      three(0, 0, 0),
      three(1, 1, 1),
      1,
      0,
      tables,
    );
    expect(load<i32>(tables + 3072, 8)).toBe(1);
  });

  it('f16, u8 and i8', () => {
    const ones = three(1, 1, 1);
    const zeros = three(0, 0, 0);
    const tables = arenaAlloc(normalizeTableBytes(DTYPE_F16, 1));
    normalizeTableBuild(DTYPE_F16, 1, SCALE_DIVIDE, 255, zeros, ones, 1, 0, tables);
    expect(load<u16>(tables + 255 * 2)).toBe(0x3c00);
    normalizeTableBuild(DTYPE_U8, 1, SCALE_NONE, 0, zeros, ones, 1, 0, tables);
    for (let x = 0; x < 256; x++) expect(<i32>load<u8>(tables + x)).toBe(x);
    normalizeTableBuild(DTYPE_I8, 1, SCALE_NONE, 0, zeros, ones, 1, -128, tables);
    for (let x = 0; x < 256; x++) expect(<i32>load<i8>(tables + x)).toBe(x - 128);
  });
});
