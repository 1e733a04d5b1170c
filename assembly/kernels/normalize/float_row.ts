/** Rows of f32 samples: the row kernel in use (SIMD, equal to float_row_scalar.ts bit for bit). */

export { FLOAT_ROW_WRITES, normalizeFloatRow } from './float_row_simd';
export { FLOAT_TABLE_BYTES, floatTableBuild } from './float_row_table';
