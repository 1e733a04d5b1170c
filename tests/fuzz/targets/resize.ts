/** The streaming resizer, asked directly: every profile with any sizes and windows, over any samples. */
import { havoc, type Mutant, pick, type Random } from '../mutant.js';
import type { Target } from '../target.js';

const NUMBERS = 13;
const NOISE = 96;
const PROFILES = 4;
const FILTERS = 9;
const SIDES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 40, 64, 100, 255, 256, 1000];
const LONG_SIDES = [2000, 20000, 65535];
const HOSTILE = [-65536, -1, 0, 1, 65535, 65536, 1 << 30, 0x7fffffff, -0x80000000];

/** A case as its bytes: see fuzzResize in fuzz_testing.ts. */
function encode(numbers: readonly number[]): Uint8Array {
  const out = Buffer.alloc(NUMBERS * 4 + NOISE);
  for (const [i, number] of numbers.entries()) out.writeInt32LE(number, i * 4);
  for (let i = 0; i < NOISE; i += 1) out[NUMBERS * 4 + i] = (i * i * 37 + i) & 255;
  return out;
}

/** Numbers that go together: a window inside of the resized picture, or over its edge. */
function drawCase(random: Random): number[] {
  const [srcW, srcH, fullW, fullH] = [0, 0, 0, 0].map(() =>
    pick(random() % 64 === 0 ? LONG_SIDES : SIDES, random),
  ) as [number, number, number, number];
  const whole = random() % 3 === 0;
  const [windowW, windowH] = whole
    ? [fullW, fullH]
    : [1 + (random() % (fullW + 4)), 1 + (random() % (fullH + 4))];
  const place = (full: number, window: number) => (whole ? 0 : (random() % (full + window + 2)) - window - 1);
  const [x, y] = [place(fullW, windowW), place(fullH, windowH)];
  const how = [random() % PROFILES, random() % FILTERS, random() % 2, 1 + (random() % 4)];
  return [...how, srcW, srcH, fullW, fullH, x, y, windowW, windowH, random() % 256];
}

function change(m: Mutant, random: Random): void {
  m.set32(4 * (random() % NUMBERS), pick(HOSTILE, random) >>> 0, true);
}

export const resize: Target = {
  name: 'resize',
  weight: 6,
  seeds: () => [
    encode([0, 2, 1, 3, 9, 7, 5, 4, 0, 0, 5, 4, 0]),
    encode([0, 5, 1, 4, 9, 7, 20, 30, -2, 3, 9, 40, 77]),
    encode([1, 2, 0, 3, 17, 12, 8, 8, 0, 0, 8, 8, 0]),
    encode([1, 6, 0, 1, 33, 40, 7, 9, 1, 1, 5, 5, 0]),
    encode([2, 4, 1, 3, 33, 21, 8, 8, 0, 0, 8, 8, 0]),
    encode([2, 2, 0, 3, 9, 7, 16, 15, 0, 0, 16, 15, 0]),
    encode([3, 2, 0, 3, 9, 7, 16, 15, 0, 0, 16, 15, 0]),
  ],
  mutate(m, random, seeds) {
    const kind = random() % 8;
    if (kind !== 0) m.load(encode(drawCase(random)));
    if (kind < 3) change(m, random);
    if (kind === 0) havoc(m, random, { seeds, words: [] });
  },
  call: (guest, at, length) => guest.call.fuzzResize!(at, length),
  // Tables are as large as window and shrinking ask for: the guest's own limit of memory is the bound.
  bound: () => Number.POSITIVE_INFINITY,
  text: (guest, status) => guest.text(0, status),
  statusFiles: ['assembly/kernels/resize/status.ts'],
};
