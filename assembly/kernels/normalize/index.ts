/** Normalisation: tables and the row kernel in use (SIMD, equal to scalar.ts bit for bit). */

export { normalizeRow } from './simd';
export { elementShift, normalizeTableBuild, normalizeTableBytes, normalizeValue } from './tables';
