/** Picks the upsampling filters: SIMD where the build has it. */
import * as scalar from './scalar';
import * as simd from './simd';

export function fancyH1V2(near: usize, far: usize, width: i32, bias: i32, out: usize): void {
  if (ASC_FEATURE_SIMD) simd.fancyH1V2(near, far, width, bias, out);
  else scalar.fancyH1V2(near, far, width, bias, out);
}

function fancyH2(near: usize, far: usize, width: i32, roundEven: i32, roundOdd: i32, out: usize): void {
  if (ASC_FEATURE_SIMD) simd.fancyH2(near, far, width, roundEven, roundOdd, out);
  else scalar.fancyH2(near, far, width, roundEven, roundOdd, out);
}

export function fancyH2V1(row: usize, width: i32, out: usize): void {
  fancyH2(row, row, width, 7, 8, out);
}

export function fancyH2V2(near: usize, far: usize, width: i32, out: usize): void {
  fancyH2(near, far, width, 8, 7, out);
}

/** Each of `width` samples repeated `times` (2..4) times: narrow pictures, unusual sampling, 1/8. */
export function repeat(row: usize, width: i32, times: i32, out: usize): void {
  for (let i = 0; i < width; i++) {
    const sample = load<u8>(row + <usize>i);
    for (let t = 0; t < times; t++) store<u8>(out++, sample);
  }
}
