/** Last step of the SIMD inverse DCT. */
import { Lanes } from './lanes';

export class Store {
  /** Transposes eight columns of 8 results and stores them as 8 rows of 8 samples, `stride` bytes apart. */
  static columns(
    c0: v128,
    c1: v128,
    c2: v128,
    c3: v128,
    c4: v128,
    c5: v128,
    c6: v128,
    c7: v128,
    out: usize,
    stride: usize,
  ): void {
    // As transposeWorkspace of simd.ts, with two columns of samples a vector.
    let x0 = Lanes.samples(c0, c1);
    let x1 = Lanes.samples(c2, c3);
    let x2 = Lanes.samples(c4, c5);
    let x3 = Lanes.samples(c6, c7);
    for (let i = 0; i < 3; i++) {
      const y1 = Lanes.high8(x0, x2);
      const y2 = Lanes.low8(x1, x3);
      x0 = Lanes.low8(x0, x2);
      x3 = Lanes.high8(x1, x3);
      x1 = y1;
      x2 = y2;
    }
    v128.store64_lane(out, x0, 0);
    out += stride;
    v128.store64_lane(out, x0, 1);
    out += stride;
    v128.store64_lane(out, x1, 0);
    out += stride;
    v128.store64_lane(out, x1, 1);
    out += stride;
    v128.store64_lane(out, x2, 0);
    out += stride;
    v128.store64_lane(out, x2, 1);
    out += stride;
    v128.store64_lane(out, x3, 0);
    out += stride;
    v128.store64_lane(out, x3, 1);
  }
}
