import { nearestWord, nearestWordLength } from '../../assembly/commands/nearest';
import { wordIndex } from '../../assembly/card/fields';
import { arenaAlloc } from '../../assembly/memory/arena';
import { base64Capacity, base64Decode } from '../../assembly/text/base64';
import { putJsonString, putPlain } from '../../assembly/text/json_writer';
import { parseCount, putF32, putFixed, putI32, putU64 } from '../../assembly/text/numbers';
import { put, putBytes, TextWriter, writerFixed, writerGrowing } from '../../assembly/text/writer';
import { random, seed } from './support/data';

const w = changetype<TextWriter>(memory.data(offsetof<TextWriter>()));

function taken(): string {
  const text = String.UTF8.decodeUnsafe(w.start, w.used);
  w.used = 0;
  return text;
}

function f32Text(value: f32): string {
  putF32(w, value);
  return taken();
}

function jsonText(text: string): string {
  const bytes = String.UTF8.encode(text);
  putJsonString(w, changetype<usize>(bytes), bytes.byteLength);
  return taken();
}

function decode64(text: string): string {
  const bytes = String.UTF8.encode(text);
  const to = arenaAlloc(base64Capacity(bytes.byteLength));
  const count = base64Decode(changetype<usize>(bytes), bytes.byteLength, to);
  return count < 0 ? '?' : String.UTF8.decodeUnsafe(to, count);
}

describe('text', () => {
  it('numbers', () => {
    writerGrowing(w, 16);
    putI32(w, i32.MIN_VALUE);
    expect(taken()).toBe('-2147483648');
    putU64(w, u64.MAX_VALUE);
    expect(taken()).toBe('18446744073709551615');
    putFixed(w, 1.0005, 3);
    expect(taken()).toBe('1.001');
    putFixed(w, -0.04, 1);
    expect(taken()).toBe('-0.0');
    expect(f32Text(0.1)).toBe('0.1');
    expect(f32Text(1)).toBe('1');
    expect(f32Text(0.97390515)).toBe('0.97390515');
    expect(f32Text(-12.5)).toBe('-12.5');
    expect(f32Text(100000)).toBe('100000');
    expect(f32Text(1e-10)).toBe('1e-10');
    expect(f32Text(1.5e20)).toBe('1.5e20');
    expect(f32Text(f32.MIN_VALUE)).toBe('1e-45');
    expect(f32Text(f32.MAX_VALUE)).toBe('3.4028235e38');
    expect(f32Text(NaN)).toBe('null');
  });

  it('f32 text reads back as the same f32', () => {
    writerGrowing(w, 64);
    seed(7);
    for (let i = 0; i < 20000; i++) {
      const value = reinterpret<f32>((random(65536) << 16) | random(65536));
      if (!isFinite(value)) continue;
      const text = f32Text(value);
      if (<f32>parseFloat(text) != value) expect(text).toBe('the same number');
    }
  });

  it('JSON strings', () => {
    writerGrowing(w, 16);
    expect(jsonText('a"b\\c\n\u00e9\u{1f600}')).toBe('"a\\"b\\\\c\\u000a\u00e9\u{1f600}"');
    const broken: StaticArray<u8> = [0x61, 0xff, 0xc3];
    putJsonString(w, changetype<usize>(broken), 3);
    expect(taken()).toBe('"a\\ufffd\\ufffd"');
    putPlain(w, changetype<usize>(broken), 3);
    expect(taken()).toBe('a??');
  });

  it('a fixed writer keeps characters whole', () => {
    const buffer = arenaAlloc(8);
    writerFixed(w, buffer, 5);
    put(w, 'abcd');
    const character = String.UTF8.encode('\u00e9');
    putBytes(w, changetype<usize>(character), 2);
    expect(w.failed).toBe(true);
    expect(taken()).toBe('abcd');
  });

  it('base64', () => {
    expect(decode64('')).toBe('');
    expect(decode64('Zg==')).toBe('f');
    expect(decode64('Zm8')).toBe('fo');
    expect(decode64('Zm9v')).toBe('foo');
    expect(decode64('Zm9vYg=')).toBe('?');
    expect(decode64('Z')).toBe('?');
    expect(decode64('Zm9v YmFy')).toBe('?');
  });

  it('counts and words', () => {
    const count = String.UTF8.encode('2147483648');
    expect(parseCount(changetype<usize>(count), 10)).toBe(-1);
    expect(parseCount(changetype<usize>(count), 9)).toBe(214748364);
    const word = String.UTF8.encode('shold');
    expect(wordIndex(changetype<usize>(word), 5, 'a shold b')).toBe(1);
    expect(wordIndex(changetype<usize>(word), 4, 'a shold b')).toBe(-1);
    const near = nearestWord(changetype<usize>(word), 5, 'model threshold shell');
    expect(String.UTF8.decodeUnsafe(near, nearestWordLength)).toBe('shell');
  });
});
