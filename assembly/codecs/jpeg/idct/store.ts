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
    const c02 = Lanes.samples(c0, c2);
    const c13 = Lanes.samples(c1, c3);
    const c46 = Lanes.samples(c4, c6);
    const c57 = Lanes.samples(c5, c7);
    const c01 = Lanes.low8(c02, c13);
    const c23 = Lanes.high8(c02, c13);
    const c45 = Lanes.low8(c46, c57);
    const c67 = Lanes.high8(c46, c57);
    const top0123 = Lanes.low16(c01, c23);
    const end0123 = Lanes.high16(c01, c23);
    const top4567 = Lanes.low16(c45, c67);
    const end4567 = Lanes.high16(c45, c67);
    const r01 = Lanes.low32(top0123, top4567);
    const r23 = Lanes.high32(top0123, top4567);
    const r45 = Lanes.low32(end0123, end4567);
    const r67 = Lanes.high32(end0123, end4567);
    v128.store64_lane(out, r01, 0);
    out += stride;
    v128.store64_lane(out, r01, 1);
    out += stride;
    v128.store64_lane(out, r23, 0);
    out += stride;
    v128.store64_lane(out, r23, 1);
    out += stride;
    v128.store64_lane(out, r45, 0);
    out += stride;
    v128.store64_lane(out, r45, 1);
    out += stride;
    v128.store64_lane(out, r67, 0);
    out += stride;
    v128.store64_lane(out, r67, 1);
  }
}
