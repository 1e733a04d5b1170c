/** Pictures with answers on them: what is drawn where, in which colours, and the files that hold it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Canvas, textHeight, textWidth } from '../../host/annotate/canvas.js';
import { classColor, inkOn, type Rgb } from '../../host/annotate/colors.js';
import { GLYPH, glyphPixel } from '../../host/annotate/font.js';
import { placePlate, plateSize, scaleFor } from '../../host/annotate/labels.js';
import { annotate, EdgeInferError, encodePng, type PngPixels } from '../../host/index.js';
import { Kernels } from '../../host/parity/kernels.js';

/** A picture of one colour. */
function plain(width: number, height: number, color: Rgb = [90, 90, 90]) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => color[i % 3] ?? 0);
  return { data, width, height, channels: 3 };
}

function pixel({ data, width }: PngPixels, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

function luminance(color: Rgb): number {
  const linear = color.map((value) =>
    value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
}

test('PNG files come back from our own decoder as they were', async () => {
  const kernels = await Kernels.create();
  for (const channels of [1, 3] as const) {
    for (const [width, height] of [
      [1, 1],
      [3, 5],
      [64, 33],
    ] as const) {
      const data = Uint8Array.from(
        { length: width * height * channels },
        (_, i) => (i * 89 + (i >> 3)) & 255,
      );
      const decoded = kernels.decode(encodePng({ width, height, channels, data }), true);
      assert.deepEqual([decoded.width, decoded.height], [width, height]);
      assert.deepEqual([...decoded.bytes], [...data], `${channels} channels, ${width} x ${height}`);
    }
  }
  // 16 bit gray: the module gives the upper byte.
  const wide = encodePng({ width: 2, height: 1, channels: 1, data: Uint16Array.of(0x1234, 0xff00) });
  assert.deepEqual([...kernels.decode(wide, true).bytes], [0x12, 0xff]);
});

test('colours of classes are stable, differ from their neighbours and carry legible text', () => {
  const colors = Array.from({ length: 90 }, (_, i) => classColor(i));
  assert.equal(new Set(colors.map(String)).size, 90);
  assert.deepEqual(classColor(17), colors[17]);
  for (const [i, color] of colors.entries()) {
    assert.ok(color.every((value) => value >= 0 && value <= 255 && Number.isInteger(value)));
    const [light, dark] = [luminance(color), luminance(inkOn(color))].sort((a, b) => b - a) as [
      number,
      number,
    ];
    assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `text on ${color}`);
    for (let k = 1; k <= 4 && i >= k; k++) {
      const far = Math.hypot(...color.map((value, c) => value - (colors[i - k]?.[c] ?? 0)));
      assert.ok(far > 40, `${i} and ${i - k} are ${far.toFixed(0)} apart`);
    }
  }
});

test('every printable character has a glyph of its own', () => {
  const drawn = Array.from({ length: 95 }, (_, i) => {
    const character = String.fromCharCode(32 + i);
    let bits = '';
    for (let y = 0; y < GLYPH.height; y++) {
      for (let x = 0; x < GLYPH.width; x++) bits += glyphPixel(character, x, y) ? '#' : '.';
    }
    return bits;
  });
  assert.equal(new Set(drawn).size, 95);
  assert.doesNotMatch(drawn[0] ?? '', /#/);
  for (const bits of drawn.slice(1)) assert.match(bits, /#/);
});

test('a box is a frame of its class colour, of a line that goes with the picture, inside the picture', () => {
  for (const [width, height] of [
    [64, 48],
    [640, 480],
    [2000, 1500],
  ] as const) {
    const { line } = scaleFor(width, height);
    const [left, top, right, bottom] = [width / 4, height / 2, width / 2, height * 0.9].map(Math.floor);
    const box = [left!, top!, right!, bottom!] as [number, number, number, number];
    const drawn = annotate(plain(width, height), {
      picture: { width, height },
      predictions: [{ class_id: 5, label: '', confidence: 0.5, box }],
    });
    const color = [...classColor(5)];
    const middle = Math.floor((top! + bottom!) / 2);
    assert.deepEqual(pixel(drawn, left!, middle), color);
    assert.deepEqual(pixel(drawn, left! + line - 1, middle), color);
    assert.deepEqual(pixel(drawn, right! - 1, middle), color);
    assert.deepEqual(pixel(drawn, Math.floor((left! + right!) / 2), bottom! - 1), color);
    assert.deepEqual(pixel(drawn, left! + 4 * line, middle), [90, 90, 90]);
    // Dark on both sides.
    assert.ok(pixel(drawn, left! - 1, middle)[0]! < 60);
  }
});

test('anything may be drawn anywhere: nothing is written outside of the picture', () => {
  for (const [width, height] of [
    [1, 1],
    [2, 40],
    [40, 2],
    [16, 16],
  ] as const) {
    for (const box of [
      [0, 0, width, height],
      [0, 0, 0, 0],
      [width, height, width, height],
      [0.4, 0.4, 0.6, 0.6],
    ] as [number, number, number, number][]) {
      const drawn = annotate(plain(width, height), {
        picture: { width, height },
        predictions: [{ class_id: 1, label: 'a very long label', confidence: 1, box }],
      });
      assert.equal(drawn.data.length, width * height * 3);
    }
  }
});

test('plates lie inside the picture and, where there is room, not on each other', () => {
  const canvas = new Canvas(new Uint8Array(400 * 300 * 3), 400, 300);
  const size = plateSize('person 99%', scaleFor(400, 300));
  assert.equal(size.width, textWidth('person 99%', 1) + 4);
  assert.equal(size.height, textHeight(1) + 2);
  const taken: { left: number; top: number; right: number; bottom: number }[] = [];
  for (const box of [
    { left: 10, top: 0, right: 90, bottom: 120 },
    { left: 12, top: 2, right: 95, bottom: 130 },
    { left: 380, top: 280, right: 400, bottom: 300 },
  ]) {
    const place = placePlate(canvas, box, size, taken);
    assert.ok(place.left >= 0 && place.top >= 0 && place.right <= 400 && place.bottom <= 300);
    for (const other of taken) {
      const apart =
        place.right <= other.left ||
        other.right <= place.left ||
        place.bottom <= other.top ||
        other.bottom <= place.top;
      assert.ok(apart);
    }
    taken.push(place);
  }
});

test('a mask tints its classes, not the background nor what has none', () => {
  const [width, height] = [120, 90];
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const y = Math.floor(i / width);
    return y < 30 ? 0 : y < 60 ? 2 : 255;
  });
  const drawn = annotate(plain(width, height), {
    picture: { width, height },
    mask: { width, height, data },
    predictions: [
      { class_id: 0, label: 'background', area: 1 / 3 },
      { class_id: 2, label: 'dog', area: 1 / 3 },
    ],
  });
  const half = classColor(2).map((value) => Math.round(90 + (value - 90) * 0.5));
  assert.deepEqual(pixel(drawn, 110, 20), [90, 90, 90]);
  assert.deepEqual(pixel(drawn, 110, 45), half);
  assert.deepEqual(pixel(drawn, 110, 75), [90, 90, 90]);
  assert.ok(pixel(drawn, 110, 29)[0]! < 60, 'a dark line between classes');
});

test('an answer to another picture is refused', () => {
  const answer = { picture: { width: 10, height: 10 }, predictions: [] };
  assert.throws(() => annotate(plain(10, 11), answer), EdgeInferError);
  assert.deepEqual([...annotate(plain(10, 10), answer).data], [...plain(10, 10).data]);
  // Gray and alpha become RGB.
  const gray = { data: Uint8Array.of(7, 255, 9, 0), width: 2, height: 1, channels: 2 };
  assert.deepEqual([...annotate(gray, { predictions: [] }).data], [7, 7, 7, 9, 9, 9]);
});
