/** The row kernels in use: SIMD, equal to scalar.ts byte for byte. */

export { ROW_SLACK, horizontalRow, nearestRow, packTable, verticalRow } from './simd';
