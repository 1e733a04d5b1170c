import { cardReason } from '../../assembly/card/fields';
import { pathStaysInside } from '../../assembly/card/paths';
import { cardOutput, plan } from '../../assembly/card/plan';
import { readCard } from '../../assembly/card/read';
import { residentOpen, residentReset } from '../../assembly/card/resident';
import { CARD_FIELD, CARD_JSON } from '../../assembly/card/status';

const CARD =
  '{"schema":1,"name":"m","version":"1","task":"classify","more":[1],"input":{"name":"i","dtype":"f32","layout":"NHWC",' +
  '"shape":[1,4,6,3],"color":"BGR","resize":{"profile":"pillow","filter":"bicubic","shortest":8,"crop":[4,6],"origin":"floor"},' +
  '"normalize":{"multiply":0.5,"mean":[1,2,3],"std":2}},"output":{"dtype":"i8","kind":"probabilities","labels":"l.txt",' +
  '"quant":{"scale":[0.25],"zero_point":-3},"class_offset":1},"graphs":[]}';

let kept: ArrayBuffer = new ArrayBuffer(0);

function read(text: string): i32 {
  residentOpen();
  residentReset();
  kept = String.UTF8.encode(text);
  return readCard(changetype<usize>(kept), kept.byteLength);
}

function reason(from: string, to: string): string {
  expect(CARD.includes(from)).toBe(true, from);
  expect(read(CARD.replace(from, to))).toBe(CARD_FIELD, to);
  return String.UTF8.decodeUnsafe(cardReason.start, cardReason.used);
}

function inside(path: string): bool {
  const bytes = String.UTF8.encode(path);
  return pathStaysInside(changetype<usize>(bytes), bytes.byteLength);
}

describe('model card', () => {
  it('becomes a plan', () => {
    expect(read(CARD)).toBe(0);
    expect(plan.width).toBe(6);
    expect(plan.height).toBe(4);
    expect(plan.channels).toBe(3);
    expect(plan.color).toBe(1);
    expect(plan.filter).toBe(4);
    expect(plan.origin).toBe(1);
    expect(plan.factor).toBe(0.5);
    expect(plan.mean2).toBe(3);
    expect(plan.std1).toBe(2);
    expect(cardOutput(0).scale).toBe(0.25);
    expect(cardOutput(0).zero).toBe(-3);
    expect(plan.classOffset).toBe(1);
  });

  it('knows the filters of each profile', () => {
    const filter = '"profile":"pillow","filter":"bicubic"';
    expect(read(CARD.replace(filter, '"profile":"opencv","filter":"cubic"'))).toBe(0);
    expect(plan.filter).toBe(4);
    expect(plan.antialias).toBe(false);
    expect(read(CARD.replace(filter, '"profile":"opencv","filter":"linear"'))).toBe(0);
    expect(plan.filter).toBe(2);
    expect(reason(filter, '"profile":"opencv","filter":"area","antialias":true')).toBe(
      'input.resize.filter: profile opencv has nearest, linear, area and cubic, without antialias',
    );
    expect(reason(filter, '"profile":"pillow","filter":"linear"')).toBe(
      'input.resize.filter: profile pillow has nearest, box, bilinear, hamming, bicubic and lanczos, with antialias',
    );
    expect(reason(filter, '"profile":"tensorflow","filter":"lanczos"')).toBe(
      'input.resize.filter: profile tensorflow has nearest and bilinear',
    );
  });

  it('wrong fields are named', () => {
    expect(reason('[4,6]', '[4]')).toBe('input.resize.crop must be an array of two integers of 1 to 16384');
    expect(reason('"schema":1', '"schema":2')).toBe('schema must be an integer of 1 to 1');
    expect(reason('"name":"m",', '')).toBe('name is missing');
    expect(reason('"version":"1"', '"version":1')).toBe('version must be a string that is not empty');
    expect(reason('"dtype":"f32"', '"dtype":"f64"')).toBe('input.dtype must be one of: f32 f16 u8 i8');
    expect(reason('[1,4,6,3]', '[1,4,5,3]')).toBe(
      'input.shape must agree with the size that input.resize gives',
    );
    expect(reason('"mean":[1,2,3]', '"mean":[1,2]')).toBe(
      'input.normalize.mean must be an array of one number a channel',
    );
    expect(reason('"std":2', '"std":0')).toBe('input.normalize.std must not be 0');
    expect(reason('"shortest":8,', '')).toBe(
      'input.resize must have exactly one of size, shortest and letterbox',
    );
    expect(reason('"zero_point":-3', '"zero_point":-300')).toBe(
      'output.quant.zero_point must be an integer of -128 to 127',
    );
  });

  it('what is not JSON', () => {
    expect(read('{')).toBe(CARD_JSON);
    expect(read('[]')).toBe(CARD_FIELD);
  });

  it('paths', () => {
    expect(inside('a/b.onnx')).toBe(true);
    expect(inside('..a/b..')).toBe(true);
    const bad = ['', '/a', '../a', 'a/../b', 'a/..', './a', 'a//b', 'a/', 'a\\b', 'C:a', 'a\0b'];
    for (let i = 0; i < bad.length; i++) expect(inside(bad[i])).toBe(false, bad[i]);
  });
});
