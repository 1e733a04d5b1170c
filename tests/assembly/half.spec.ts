import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from '../../assembly/kernels/quantize';

describe('16-bit floats', () => {
  it('binary16: every number goes to f32 and back, a NaN quiet', () => {
    for (let bits: u32 = 0; bits < 65536; bits++) {
      const strange = (bits & 0x7fff) > 0x7c00;
      assert(floatToHalf(halfToFloat(bits)) == (strange ? bits | 0x0200 : bits));
    }
    expect(halfToFloat(1)).toBe(5.960464477539063e-8);
    expect(halfToFloat(0x3555)).toBe(0.333251953125);
  });

  it('binary16: halves of steps go to the even side', () => {
    for (let bits: u32 = 0; bits < 0x7bff; bits++) {
      const low = halfToFloat(bits);
      const middle = (low + halfToFloat(bits + 1)) / 2;
      assert(floatToHalf(middle) == bits + (bits & 1));
      assert(floatToHalf(reinterpret<f32>(reinterpret<u32>(middle) + 1)) == bits + 1);
      assert(floatToHalf(reinterpret<f32>(reinterpret<u32>(middle) - 1)) == bits);
    }
    expect(floatToHalf(65519)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
  });

  it('bfloat16: every number goes to f32 and back, a NaN quiet', () => {
    for (let bits: u32 = 0; bits < 65536; bits++) {
      const strange = (bits & 0x7fff) > 0x7f80;
      assert(floatToBfloat(bfloatToFloat(bits)) == (strange ? bits | 0x0040 : bits));
    }
    expect(bfloatToFloat(0x3eaa)).toBe(0.33203125);
  });

  it('bfloat16: halves of steps go to the even side', () => {
    for (let bits: u32 = 0; bits < 0x7f80; bits++) {
      const middle = (bits << 16) | 0x8000;
      assert(floatToBfloat(reinterpret<f32>(middle)) == bits + (bits & 1));
      assert(floatToBfloat(reinterpret<f32>(middle + 1)) == bits + 1);
      assert(floatToBfloat(reinterpret<f32>(middle - 1)) == bits);
    }
    expect(floatToBfloat(reinterpret<f32>(0x7f7f_ffff))).toBe(0x7f80);
  });
});
