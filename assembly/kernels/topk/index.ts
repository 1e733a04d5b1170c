/** The ranking kernels in use: SIMD, equal to scalar.ts. */

export { argmax, topK } from './simd';
