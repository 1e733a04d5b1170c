/** The form of Adler-32 that the artifacts use. */
export { adlerUpdate } from './simd';
