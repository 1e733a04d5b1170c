/** All cases, in the order of the tables. */
import type { BenchCase } from '../case.js';
import { COLD_START_CASES } from './cold_start.js';
import { DECODE_CASES } from './decode.js';
import { END_TO_END_CASES } from './end_to_end.js';
import { ENGINE_CASES } from './engine.js';
import { MEMORY_CASES } from './memory.js';
import { PREPROCESS_CASES } from './preprocess.js';
import { RESIZE_CASES } from './resize.js';
import { RUNTIME_CASES } from './runtimes.js';
import { TEXT_CASES } from './text.js';
import { VECTOR_CASES } from './vectors.js';

export const CASES: readonly BenchCase[] = [
  ...END_TO_END_CASES,
  ...ENGINE_CASES,
  ...PREPROCESS_CASES,
  ...DECODE_CASES,
  ...RESIZE_CASES,
  ...VECTOR_CASES,
  ...TEXT_CASES,
  ...RUNTIME_CASES,
  ...COLD_START_CASES,
  ...MEMORY_CASES,
];
