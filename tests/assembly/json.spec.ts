import { arenaMark, arenaRelease } from '../../assembly/memory/arena';
import {
  JSON_ARRAY,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  jsonCount,
  jsonFirst,
  jsonMember,
  jsonNext,
  jsonNumber,
  jsonText,
  jsonTextLength,
  jsonType,
} from '../../assembly/text/json_node';
import { jsonErrorOffset, jsonParse, jsonStatus } from '../../assembly/text/json_reader';
import { JSON_DEEP, JSON_LONG, jsonErrorText } from '../../assembly/text/json_status';
import { random, seed } from './support/data';

let kept: ArrayBuffer = new ArrayBuffer(0);

function parse(text: string): usize {
  kept = String.UTF8.encode(text);
  return jsonParse(changetype<usize>(kept), kept.byteLength);
}

function textOf(node: usize): string {
  return String.UTF8.decodeUnsafe(jsonText(node), jsonTextLength(node));
}

function refused(text: string): i32 {
  return parse(text) == 0 ? jsonStatus() : 0;
}

describe('JSON reader', () => {
  it('limits: bytes, levels, characters of a number', () => {
    expect(jsonParse(0, (1 << 28) + 1)).toBe(0);
    expect(jsonErrorText(jsonStatus())).toBe(
      'the JSON text is larger than 256 MiB, or a key in it than 16 MiB',
    );
    expect(refused('['.repeat(64) + ']'.repeat(64))).toBe(0);
    expect(refused('['.repeat(65))).toBe(JSON_DEEP);
    expect(refused('-' + '7'.repeat(1000))).toBe(0);
    expect(refused('7'.repeat(1001))).toBe(JSON_LONG);
    expect(refused('0.' + '7'.repeat(999))).toBe(JSON_LONG);
    expect(refused('1e' + '0'.repeat(999))).toBe(JSON_LONG);
  });

  it('values', () => {
    const root = parse(' {"a": [1, -2.5e3, true, null], "b": {"c": "x\\u00e9\\ud83d\\ude00\\n"}, "b": 7} ');
    expect(jsonType(root)).toBe(JSON_OBJECT);
    const a = jsonMember(root, 'a');
    expect(jsonType(a)).toBe(JSON_ARRAY);
    expect(jsonCount(a)).toBe(4);
    expect(jsonNumber(jsonNext(jsonFirst(a)))).toBe(-2500);
    // The last one of equal keys counts.
    expect(jsonType(jsonMember(root, 'b'))).toBe(JSON_NUMBER);
    expect(jsonMember(root, 'z')).toBe(0);
    expect(textOf(parse('"x\\u00e9\\ud83d\\ude00\\n\\/"'))).toBe('x\u00e9\ud83d\ude00\n/');
    expect(jsonType(parse('""'))).toBe(JSON_STRING);
  });

  it('numbers', () => {
    expect(jsonNumber(parse('0.1'))).toBe(0.1);
    expect(jsonNumber(parse('0.0039215686274509803'))).toBe(1.0 / 255.0);
    expect(jsonNumber(parse('1.7976931348623157e308'))).toBe(1.7976931348623157e308);
    expect(jsonNumber(parse('1.22250738585072e-307'))).toBe(1.22250738585072e-307);
    expect(jsonNumber(parse('2.2250738585072014e-308'))).toBe(2.2250738585072014e-308);
    expect(jsonNumber(parse('5e-324'))).toBe(5e-324);
    expect(jsonNumber(parse('2.225073858507201e-308'))).toBe(2.225073858507201e-308);
    expect(jsonNumber(parse('1.7976931348623155e-308'))).toBe(1.7976931348623155e-308);
    expect(jsonNumber(parse('123456789012345678901234567890'))).toBe(123456789012345678901234567890.0);
    expect(jsonNumber(parse('3081496765886896162e237'))).toBe(3081496765886896162e237);
    expect(jsonNumber(parse('7161730973509365697e-214'))).toBe(7161730973509365697e-214);
    expect(jsonNumber(parse('1e400'))).toBe(Infinity);
    expect(jsonNumber(parse('-0.5E-2'))).toBe(-0.005);
    expect(jsonNumber(parse('3.141592653589793238'))).toBe(3.141592653589793238);
  });

  it('what is not JSON is refused with its place', () => {
    const bad = [
      '',
      '{',
      '[1,]',
      '{"a"}',
      '{"a":1,}',
      '{a:1}',
      '01',
      '-',
      '1.',
      '.5',
      '1e',
      '+1',
      'tru',
      'nul',
      'NaN',
      '"',
      '"\\x"',
      '"\\u12"',
      '"\\ud800"',
      '"\\ud800\\u0041"',
      '"\\udc00"',
      '"\t"',
      '[1 2]',
      '1 2',
      "'a'",
      '{"a":1 "b":2}',
      '[',
    ];
    for (let i = 0; i < bad.length; i++) expect(refused(bad[i])).toBeGreaterThan(0, bad[i]);
    expect(refused('{"a": [1, x]}')).toBe(21);
    expect(jsonErrorOffset()).toBe(10);
  });

  it('depth', () => {
    expect(refused('['.repeat(64) + ']'.repeat(64))).toBe(0);
    expect(refused('['.repeat(65) + ']'.repeat(65))).toBe(25);
    expect(refused('['.repeat(100000))).toBe(25);
  });

  it('UTF-8 is checked', () => {
    const bytes: StaticArray<u8> = [0x22, 0xc0, 0x80, 0x22];
    expect(jsonParse(changetype<usize>(bytes), 4)).toBe(0);
    expect(jsonStatus()).toBe(23);
    const cut: StaticArray<u8> = [0x22, 0xe2, 0x82, 0x22];
    expect(jsonParse(changetype<usize>(cut), 4)).toBe(0);
  });

  it('fuzz: damaged text never traps, and what is accepted has a root', () => {
    seed(2024);
    const source =
      '{"k":[1,2.5e-3,"a\\u00e9\\ud83d\\ude00",true,false,null,{"x":{"y":[[]]}}],"s":"\\n\\"","n":-0.1}';
    for (let round = 0; round < 3000; round++) {
      const copy = String.UTF8.encode(source);
      const length = copy.byteLength;
      const edits = 1 + <i32>random(4);
      for (let i = 0; i < edits; i++) {
        store<u8>(changetype<usize>(copy) + <usize>random(length), <u8>random(256));
      }
      const mark = arenaMark();
      const root = jsonParse(changetype<usize>(copy), <usize>random(length + 1));
      if (root != 0) expect(jsonType(root)).toBeGreaterThan(0);
      else expect(jsonStatus()).toBeGreaterThan(0);
      arenaRelease(mark);
    }
  });
});
