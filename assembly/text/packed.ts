/**
 * All texts of a module, packed. The build writes this file anew for each artifact (scripts/build/ascii.mjs); tests are
 * compiled without `ASCII_TEXT` and never read it.
 */

/** Texts, each closed by 0. */
export const TEXTS: usize = memory.data(1);
/** Two codes for each code that stands for a pair. */
export const PAIRS: usize = memory.data(2);
