/** Passes of softmax in SIMD; rules and orders are documented in scalar.ts. */

export { countNaN, divideAll, exponentials, greatest, logarithms, sigmoid } from './scalar';
