/** The form of unfiltering that the artifacts use. */
export { unfilterRow } from './simd';
