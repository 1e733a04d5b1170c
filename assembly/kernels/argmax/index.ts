/** The arg-max kernels in use: SIMD, equal to scalar.ts. */

export { argmax, argmaxPlanes, argmaxPlanesOfBytes, argmaxRows, argmaxRowsOfBytes } from './simd';
