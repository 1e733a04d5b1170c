/** Row kernels of the profile `pillow` in SIMD; the plain form and all comments on shapes are in scalar.ts. */

export { ROW_SLACK, packTable, horizontalRow, nearestRow, verticalRow } from './scalar';
