import { arenaAlloc } from '../../assembly/memory/arena';
import { normalizeTableBuild, normalizeTableBytes } from '../../assembly/kernels/normalize/tables';
import {
  DTYPE_BF16,
  DTYPE_F16,
  DTYPE_F32,
  DTYPE_I8,
  DTYPE_U8,
  SCALE_DIVIDE,
  SCALE_MULTIPLY,
  SCALE_NONE,
} from '../../assembly/kernels/types';

function three(a: f32, b: f32, c: f32): usize {
  const block = arenaAlloc(16);
  store<f32>(block, a);
  store<f32>(block, b, 4);
  store<f32>(block, c, 8);
  store<f32>(block, b, 12);
  return block;
}

describe('normalize', () => {
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

  it('f16, bf16, u8 and i8', () => {
    const ones = three(1, 1, 1);
    const zeros = three(0, 0, 0);
    const tables = arenaAlloc(normalizeTableBytes(DTYPE_F16, 1));
    normalizeTableBuild(DTYPE_F16, 1, SCALE_DIVIDE, 255, zeros, ones, 1, 0, tables);
    expect(load<u16>(tables + 255 * 2)).toBe(0x3c00);
    normalizeTableBuild(DTYPE_BF16, 1, SCALE_DIVIDE, 255, zeros, ones, 1, 0, tables);
    expect(load<u16>(tables + 255 * 2)).toBe(0x3f80);
    expect(load<u16>(tables + 2)).toBe(0x3b81);
    normalizeTableBuild(DTYPE_U8, 1, SCALE_NONE, 0, zeros, ones, 1, 0, tables);
    for (let x = 0; x < 256; x++) expect(<i32>load<u8>(tables + x)).toBe(x);
    normalizeTableBuild(DTYPE_I8, 1, SCALE_NONE, 0, zeros, ones, 1, -128, tables);
    for (let x = 0; x < 256; x++) expect(<i32>load<i8>(tables + x)).toBe(x - 128);
  });
});
