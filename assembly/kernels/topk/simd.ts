/** Ranking kernels in SIMD; order and shapes are documented in scalar.ts. */

export { argmax, topK } from './scalar';
