/** A guest with every fault that the fuzzer looks for: the test of the fuzzer itself, never part of a run. */
import { pick, words } from '../mutant.js';
import type { Target } from '../target.js';

/** First bytes of an input, and the finding that each must give (see fuzzBroken in fuzz_testing.ts). */
export const FAULTS: Readonly<Record<string, RegExp>> = {
  T: /^trap: unreachable/,
  B: /^wrote around the block/,
  A: /^wrote around the block/,
  I: /^changed its input/,
  U: /^gives another result the second time/,
  M: /^took \d+ bytes, the bound is/,
  R: /^fault 2 of the entry/,
  X: /^status 99 has no clear text/,
  L: /^does not end within/,
};

export const broken: Target = {
  name: 'broken',
  weight: 1,
  seeds: () => words('good', ...Object.keys(FAULTS).map((fault) => `${fault}...`)),
  mutate: (m, random) => m.load(Buffer.from(pick(['good', 'well', '????'], random))),
  call: (guest, at, length) => guest.call.fuzzBroken!(at, length),
  bound: () => 1 << 16,
  text: (guest, status) => (status === 99 ? '' : guest.text(0, status)),
  statusFiles: [],
};
