/** Fused u8 HWC row -> tensor row in SIMD where that pays; documented in scalar.ts. */

export { normalizeRow } from './scalar';
