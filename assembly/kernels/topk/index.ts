/** The ranking kernels in use: SIMD, equal to scalar.ts. */

export { heapMake, heapTake, keyIndex, rankKey } from './heap';
export { topK } from './simd';
