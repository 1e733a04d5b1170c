import { pointAt, pointEnd, pointStart } from '../../assembly/tokenizers/decode';
import { byteWordEnd } from '../../assembly/tokenizers/byte_words';
import {
  BLANK,
  foldOf,
  GONE,
  kindOf,
  LETTER,
  MARK,
  NUMBER,
  openUnicode,
  orderOf,
  PUNCTUATION,
  SPACE,
} from '../../assembly/tokenizers/unicode';
import {
  findPiece,
  hashBeginnings,
  hashBetween,
  hashJoined,
  hashMore,
  openPieces,
} from '../../assembly/tokenizers/pieces';
import { model } from '../../assembly/tokenizers/model';
import { arenaAlloc } from '../../assembly/memory/arena';

function bytes(text: string): usize {
  const encoded = String.UTF8.encode(text);
  const to = arenaAlloc(encoded.byteLength);
  memory.copy(to, changetype<usize>(encoded), encoded.byteLength);
  return to;
}

/** The words of a text, with | between them. */
function words(text: string): string {
  const from = bytes(text);
  const end = from + String.UTF8.byteLength(text);
  let joined = '';
  for (let at = from; at < end; ) {
    const next = byteWordEnd(at, end);
    joined += (at == from ? '' : '|') + String.UTF8.decodeUnsafe(at, next - at);
    at = next;
  }
  return joined;
}

describe('unicode', () => {
  test('kinds of code points', () => {
    expect(openUnicode(true, true)).toBe(0);
    expect(kindOf(0x41) & (LETTER | NUMBER | BLANK | GONE)).toBe(LETTER);
    expect(kindOf(0x39) & NUMBER).toBe(NUMBER);
    expect(kindOf(0x20) & (BLANK | SPACE)).toBe(BLANK | SPACE);
    expect(kindOf(0x21) & PUNCTUATION).toBe(PUNCTUATION);
    expect(kindOf(0x301) & MARK).toBe(MARK);
    expect(kindOf(0) & GONE).toBe(GONE);
    expect(kindOf(0xe000) & GONE).toBe(GONE);
    expect(orderOf(0x1d165)).toBe(216);
  });
  test('lower case and accents', () => {
    expect(openUnicode(true, true)).toBe(0);
    expect(foldOf(0x41)).toBe(0x61);
    expect(foldOf(0xc9)).toBe(0x65);
    expect(foldOf(0x10400)).toBe(0x10428);
    expect(foldOf(0x2f81a)).toBe(0x51ac);
    expect(foldOf(0x61)).toBe(0);
    expect(openUnicode(true, false)).toBe(0);
    expect(foldOf(0xc9)).toBe(0xe9);
    // The one letter whose lower case is two.
    const text = <usize>-foldOf(0x130);
    expect(load<u32>(text)).toBe(2);
    expect(load<i32>(text, 4)).toBe(0x69);
    expect(load<i32>(text, 8)).toBe(0x307);
    expect(openUnicode(false, true)).toBe(0);
    expect(foldOf(0xc9)).toBe(0x45);
  });
  test('code points of UTF-8', () => {
    const at = bytes('a\u00e9\u20ac\u{1f600}');
    expect(pointAt(at)).toBe(0x61);
    expect(pointAt(at + 1)).toBe(0xe9);
    expect(pointAt(at + 3)).toBe(0x20ac);
    expect(pointAt(at + 6)).toBe(0x1f600);
    expect(pointStart(at + 8)).toBe(at + 6);
    expect(pointEnd(at + 4)).toBe(at + 6);
  });
});

describe('words of byte-level byte pairs', () => {
  test("GPT-2's split", () => {
    openUnicode(false, false);
    expect(words("I'm here, they'll 've it's")).toBe("I|'m| here|,| they|'ll| '|ve| it|'s");
    expect(words('a  b')).toBe('a| | b');
    expect(words('a   ')).toBe('a|   ');
    expect(words('a\n\nb 12x')).toBe('a|\n|\n|b| 12|x');
    expect(words('?!abc  ')).toBe('?!|abc|  ');
    expect(words("''s")).toBe("''|s");
  });
});

describe('pieces', () => {
  test('parts of words are found by the hashes of beginnings', () => {
    const block = bytes('##ingplay');
    const rows = arenaAlloc(16);
    store<u32>(rows, 0);
    store<u32>(rows, 5, 4);
    store<u32>(rows, 5, 8);
    store<u32>(rows, 4, 12);
    model.block = block;
    model.pieces = rows;
    model.pieceCount = 2;
    expect(openPieces()).toBe(0);
    const word = bytes('playing');
    const hashes = arenaAlloc(32);
    hashBeginnings(word, 7, hashes);
    expect(findPiece(hashBetween(0, load<u32>(hashes, 16), 4), 0, 0, word, 4)).toBe(1);
    const tail = hashBetween(load<u32>(hashes, 16), load<u32>(hashes, 28), 3);
    const whole = hashJoined(hashMore(0, block, 2), tail, 3);
    expect(findPiece(whole, block, 2, word + 4, 3)).toBe(0);
    expect(findPiece(tail, 0, 0, word + 4, 3)).toBe(-1);
  });
});
