/**
 * Resampling filters of the profile `pillow`, in f64, operation by operation as libImaging computes them.
 * sin and cos are our own (all runtimes give the same bits): reduction by pi/2 in two parts, then the minimax
 * polynomials of fdlibm; below one unit in the last place for |x| <= 10, which is all that filters ask.
 */

import { FILTER_BICUBIC, FILTER_BILINEAR, FILTER_BOX, FILTER_HAMMING, FILTER_LANCZOS } from '../types';

const PI: f64 = 3.141592653589793;
const TWO_OVER_PI: f64 = 0.6366197723675814;
const HALF_PI_HIGH: f64 = 1.5707963267341256; // 33 bits of pi/2: times a small integer it is exact
const HALF_PI_LOW: f64 = 6.077100506506192e-11; // pi/2 - HALF_PI_HIGH

function sinCore(x: f64): f64 {
  const z = x * x;
  const tail =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-1 + z * tail);
}

function cosCore(x: f64): f64 {
  const z = x * x;
  const tail =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z *
                (-2.75573143513906633035e-7 +
                  z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const whole = 1.0 - half;
  return whole + (1.0 - whole - half + z * tail);
}

/** sin(x + turns * pi/2) for 0 <= x <= 10. */
function sinTurned(x: f64, turns: i32): f64 {
  const n = nearest(x * TWO_OVER_PI);
  const r = x - n * HALF_PI_HIGH - n * HALF_PI_LOW;
  const quadrant = (<i32>n + turns) & 3;
  const value = (quadrant & 1) != 0 ? cosCore(r) : sinCore(r);
  return quadrant > 1 ? -value : value;
}

/** sin(x), |x| <= 10. */
export function sine(x: f64): f64 {
  return x < 0 ? -sinTurned(-x, 0) : sinTurned(x, 0);
}

/** cos(x), |x| <= 10. */
export function cosine(x: f64): f64 {
  return sinTurned(abs(x), 1);
}

function sinc(x: f64): f64 {
  if (x == 0.0) return 1.0;
  const angle = x * PI;
  return sine(angle) / angle;
}

/** Half the width of a filter in source pixels at scale 1; 0 for a filter that is not of this profile. */
export function filterSupport(filter: i32): f64 {
  if (filter == FILTER_BOX) return 0.5;
  if (filter == FILTER_BILINEAR || filter == FILTER_HAMMING) return 1.0;
  if (filter == FILTER_BICUBIC) return 2.0;
  return filter == FILTER_LANCZOS ? 3.0 : 0.0;
}

/** Weight of a source pixel whose centre is `x` (in units of the scale) away from the output pixel's. */
export function filterWeight(filter: i32, x: f64): f64 {
  if (filter == FILTER_BOX) return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
  if (filter == FILTER_LANCZOS) return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
  x = abs(x);
  if (filter == FILTER_BILINEAR) return x < 1.0 ? 1.0 - x : 0.0;
  if (filter == FILTER_HAMMING) {
    if (x == 0.0) return 1.0;
    if (x >= 1.0) return 0.0;
    const angle = x * PI;
    // 0.54f and 0.46f: libImaging has them in single precision.
    return (sine(angle) / angle) * (<f64>(<f32>0.54) + <f64>(<f32>0.46) * cosine(angle));
  }
  if (x < 1.0) return (1.5 * x - 2.5) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5;
  return 0.0;
}
