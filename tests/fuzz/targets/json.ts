/** JSON, changed by tokens; JSON.parse is the second opinion. */
import type { FuzzGuest } from '../guest.js';
import { havoc, type Mutant, pick, type Random, words } from '../mutant.js';
import type { Outcome, Target } from '../target.js';

/** Pieces of JSON, good and bad. */
export const TOKENS = words(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    'true',
    'false',
    'null',
    '-',
    '0',
    '-0',
    '1e999',
    '1e-999',
    '01',
    '1.',
    '.5',
  ],
  ...['1E+2', '9007199254740993', '123456789012345678901234567890', '2.2250738585072014e-308', '5e-324'],
  ...[
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\x"',
    '"\\',
    '"\\u12"',
    '\t',
    '\n',
    '\ufeff',
  ],
  ...[
    'é',
    '€',
    '𐍈',
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
    [0x80],
    [0x1f],
  ],
  ...['"a":', '"a":1,', '"":', '[[[[[[[[', ']]]]]]]]', '{"a":{"a":{"a":'],
);
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'utf8'));

const SAMPLES = [
  {},
  [],
  { a: 1, b: [1, -2.5e3, true, null], c: { d: 'x\u00e9\n', e: '' } },
  [0, -1, 1e22, 1.5e-7, 123456789.125],
  [[[['deep']]], { '': { '"': '\\' } }],
  'text with "quotes" and € and 😀',
  Array.from({ length: 30 }, (_, i) => ({ class_id: i, label: `label ${i}` })),
];

/** Duplicates, removes, exchanges and replaces whole tokens. */
export function changeTokens(m: Mutant, random: Random): void {
  const all = [...Buffer.from(m.file).toString('latin1').matchAll(TOKEN)];
  if (all.length === 0) return;
  const one = pick(all, random);
  const piece = m.part(one.index, one.index + one[0].length);
  switch (random() % 6) {
    case 0:
      m.insert(pick(all, random).index, piece);
      break;
    case 1:
      m.remove(one.index, one[0].length);
      break;
    case 2:
      m.replace(one.index, one[0].length, pick(TOKENS, random));
      break;
    case 3: {
      const other = pick(all, random);
      const moved = m.part(other.index, other.index + other[0].length);
      m.replace(one.index, one[0].length, moved);
      break;
    }
    case 4:
      m.insert(one.index, pick(TOKENS, random));
      break;
    default: {
      // Nesting beyond measure.
      const [open, count] = [pick(['[', '{"a":', '[[0],'], random), random() % 90];
      m.insert(one.index, text(open.repeat(count)));
      if (random() % 2 === 0) m.insert(m.length, text((open[0] === '[' ? ']' : '}').repeat(count)));
    }
  }
}

const JSON_DEEP = 25;
const JSON_ESCAPE = 22;
const OUT_OF_MEMORY = 1;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What JSON.parse says: undefined when it refuses. */
function parsed(file: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(strict.decode(file)) };
  } catch {
    return undefined;
  }
}

const bits = new BigInt64Array(1);
const asNumber = new Float64Array(bits.buffer);

function bitsOf(value: number): bigint {
  asNumber[0] = value;
  return bits[0] ?? 0n;
}

/**
 * The reader promises the nearest f64 up to 15 digits and 10^22, and the last bit beyond (assembly/text/numbers.ts):
 * neighbours agree when JavaScript needs more than 15 digits to write the number.
 */
function agree(ours: number, theirs: unknown): boolean {
  if (Object.is(ours, theirs)) return true;
  if (typeof theirs !== 'number' || !Number.isFinite(theirs)) return false;
  const distance = bitsOf(ours) - bitsOf(theirs);
  const simple = Number(theirs.toPrecision(15)) === theirs && Math.abs(Math.log10(Math.abs(theirs))) < 22;
  return !simple && distance >= -1n && distance <= 1n;
}

function judgeJson(guest: FuzzGuest, file: Uint8Array, { status, output }: Outcome): string | undefined {
  const other = parsed(file);
  if (status === 0 && other === undefined) return 'takes what JSON.parse refuses';
  // JSON.parse takes any depth, and halves of surrogate pairs.
  if (
    status !== 0 &&
    status !== JSON_DEEP &&
    status !== JSON_ESCAPE &&
    status !== OUT_OF_MEMORY &&
    other !== undefined
  )
    return `refuses (${status}) what JSON.parse takes`;
  if (status === 0 && output !== 0) {
    const view = new DataView(guest.memory.buffer);
    const number = view.getFloat64(output, true);
    if (!agree(number, other?.value)) return `reads ${String(other?.value)} as ${number}`;
  }
  return undefined;
}

const jsonText = (guest: FuzzGuest, status: number): string => guest.text(1, status);
/** A node of 24 bytes for every two bytes of text, in slabs of 128; strings with escapes are copied. */
export const jsonBound = (length: number): number => 8192 + length * 20;

export const json: Target = {
  name: 'json',
  weight: 8,
  seeds: () => [
    ...SAMPLES.flatMap((value) => [text(JSON.stringify(value)), text(JSON.stringify(value, null, 1))]),
    ...['1', '-0.5e-3', '1.7976931348623157e308', '4.9e-324', '"\\ud83d\\ude00\\u00e9\\n"'].map(text),
  ],
  mutate(m, random, seeds) {
    if (random() % 4 !== 0) for (let n = 1 + (random() % 3); n > 0; n -= 1) changeTokens(m, random);
    if (random() % 2 === 0) havoc(m, random, { seeds, words: TOKENS });
  },
  call: (guest, at, length) => guest.call.fuzzJson!(at, length),
  bound: jsonBound,
  text: jsonText,
  statusFiles: ['assembly/text/json_status.ts'],
  unreachable: { JSON_LARGE: 'needs a text above 256 MiB or a key above 16 MiB; inputs are at most 64 KiB' },
  judge: judgeJson,
};
