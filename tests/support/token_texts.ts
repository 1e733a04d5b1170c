/** Seeded texts that try tokenizers: natural ones, all planes of Unicode, marks, scripts, controls, spaces, long words. */
import { seeded } from './pictures.js';

/** A paragraph that small vocabularies are learnt from. */
export const PARAGRAPH = `The gateway reads a frame every second, decides within a few milliseconds, and sleeps again.
Wouldn't it be better if the model didn't have to be loaded each time? It's what they've asked for; we'll see, I'm sure.
Die Straße ist naß, über den Häusern steht Rauch. Ça va bien, l'été à Évry, naïve façade. Жизнь прекрасна и удивительна.
Το σύστημα διαβάζει εικόνες. 東京は雨です。 中文字符 和 英文 mixed. 한국어 문장도 있습니다. हिन्दी में एक वाक्य। ภาษาไทย ไม่มีช่องว่าง
Numbers such as 3.14159, 1e-5, 2,000,000 and 0xff; paths like /var/log/syslog; e-mail someone@example.org #tags & more...`;

type Maker = (random: () => number) => string;

const pick = <T>(list: readonly T[], random: () => number): T => list[random() % list.length] as T;
const WORDS = PARAGRAPH.split(/\s+/);
const SPACES = [
  ' ',
  ' ',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\u00a0',
  '\u2003',
  '\u3000',
  '\u2028',
  '\u200b',
  '\u0085',
  '\v',
  '\ufeff',
];
const SPECIALS = [
  '[CLS]',
  '[SEP]',
  '[MASK]',
  '[UNK]',
  '[PAD]',
  '<mask>',
  '<s>',
  '</s>',
  '<pad>',
  '<|endoftext|>',
  ' <mask> ',
  '[mask]',
  '##ing',
  'Brandneu',
];
const CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "''", "'", "'x"];
const MARKS = [
  0x300, 0x301, 0x308, 0x323, 0x327, 0x345, 0x591, 0x5b0, 0x64b, 0x93c, 0x94d, 0x302a, 0x302e, 0x3099,
  0x1d165, 0x1d16d, 0xfe0f,
];
const RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7f],
  [0x80, 0x24f],
  [0x370, 0x52f],
  [0x590, 0x6ff],
  [0x900, 0xdff],
  [0xe00, 0xfff],
  [0x1100, 0x11ff],
  [0x1e00, 0x1fff],
  [0x2000, 0x2bff],
  [0x3000, 0x30ff],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xd800, 0xdfff],
  [0xe000, 0xf8ff],
  [0xf900, 0xfaff],
  [0xfb00, 0xffff],
  [0x10000, 0x1ffff],
  [0x2f800, 0x2fa1f],
  [0x20000, 0x3ffff],
  [0xe0000, 0x10ffff],
  [0, 0x1f],
];

const point = (random: () => number): string => {
  const [low, high] = pick(RANGES, random);
  return String.fromCodePoint(low + (random() % (high - low + 1)));
};
const many =
  (count: number, one: Maker): Maker =>
  (random) =>
    Array.from({ length: 1 + (random() % count) }, () => one(random)).join('');

const word: Maker = (random) => pick(WORDS, random);
const space: Maker = (random) => pick(SPACES, random);
const sentence = many(12, (random) => word(random) + space(random));
const MAKERS: readonly Maker[] = [
  sentence,
  sentence,
  many(24, point),
  many(8, (random) => word(random) + point(random) + space(random)),
  many(6, (random) => point(random) + many(6, (again) => String.fromCodePoint(pick(MARKS, again)))(random)),
  many(8, (random) => word(random) + pick(CONTRACTIONS, random) + pick([' ', ''], random)),
  many(6, (random) => pick(SPECIALS, random) + pick([' ', '', '  '], random) + word(random)),
  many(10, (random) => String.fromCodePoint(random() % 0x110000)),
  many(
    5,
    (random) =>
      pick(['👩‍👩‍👧‍👦', '🏳️‍🌈', '👍🏽', '🇩🇪', '1️⃣', '😀', 'İ', 'ß', 'ǅ', 'Σ', 'ﬃ'], random) + space(random),
  ),
  many(3, (random) => word(random).repeat(1 + (random() % 40)) + space(random)),
  many(30, space),
  many(9, (random) => `${random() % 1e6}${pick(['', '.', ',', ' ', 'e-'], random)}`),
  (random) => word(random).toUpperCase(),
  () => '',
];

/** `count` texts, the same for the same seed. */
export function tokenTexts(seed: number, count: number): string[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => pick(MAKERS, random)(random));
}
