/** The parts of parity: .npy files, binary16, values as the module computes them, patches, the heat map. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CardInput } from '../../host/models/card.js';
import { readElements } from '../../host/parity/elements.js';
import { halfToNumber, roundToEven, roundToHalf } from '../../host/parity/half.js';
import { heatMap } from '../../host/parity/heat_map.js';
import { Kernels } from '../../host/parity/kernels.js';
import { parseNpy } from '../../host/parity/npy.js';
import { diffJson } from '../../host/parity/patch.js';
import { applyValues, valuesOf } from '../../host/parity/values.js';
import { CARD_INPUT, drawnPicture, npy, patched, SIDE } from '../support/parity_case.js';
import { codecs } from '../support/pictures.js';

test('every binary16 is read, and rounded to itself; between two, to the nearer or even one', () => {
  assert.deepEqual([0x3c00, 0xc000, 0x0001, 0x8000, 0x7bff, 0x7c00, 0xfc00].map(halfToNumber), [
    1,
    -2,
    2 ** -24,
    -0,
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
  assert.ok(Number.isNaN(halfToNumber(0x7e00)));
  let wrong = 0;
  for (let bits = 0; bits < 0x7bff; bits += 1) {
    const [low, high] = [halfToNumber(bits), halfToNumber(bits + 1)];
    const even = bits % 2 === 0 ? low : high;
    for (const sign of [1, -1]) {
      if (!Object.is(roundToHalf(sign * low), sign * low)) wrong += 1;
      if (roundToHalf((sign * (low + high)) / 2) !== sign * even) wrong += 1;
      if (roundToHalf(sign * (low + (high - low) * 0.25)) !== sign * low) wrong += 1;
    }
  }
  assert.equal(wrong, 0);
  assert.deepEqual([65519, 65520, -70000].map(roundToHalf), [
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6].map(roundToEven), [0, 2, 2, 0, -2, 2, -3]);
});

test('.npy: types, shapes, versions', () => {
  const f64 = Buffer.from(Float64Array.of(1, -2.5, 3e300, Number.NaN, 0.1, 7).buffer);
  const read = parseNpy(npy('f64', [2, 3], f64), 'x');
  assert.deepEqual(
    [read.dtype, read.shape, [...read.values]],
    ['f64', [2, 3], [1, -2.5, 3e300, Number.NaN, 0.1, 7]],
  );
  assert.deepEqual(
    [...parseNpy(npy('f16', [3], Buffer.from([0, 0x3c, 0, 0xc0, 1, 0])), 'x').values],
    [1, -2, 2 ** -24],
  );
  assert.deepEqual([...parseNpy(npy('i8', [1, 2], Buffer.from([255, 127])), 'x').values], [-1, 127]);
  assert.deepEqual([...parseNpy(npy('u8', [2], Buffer.from([255, 127])), 'x').values], [255, 127]);
  // Format 2 has a longer length field.
  const first = npy('u8', [4], Buffer.from([1, 2, 3, 4]));
  const second = Buffer.concat([first.subarray(0, 8), Buffer.alloc(4), first.subarray(10)]);
  second[6] = 2;
  second.writeUInt32LE(first.readUInt16LE(8), 8);
  assert.deepEqual([...parseNpy(second, 'x').values], [1, 2, 3, 4]);
  // A scalar has the shape ().
  assert.deepEqual(
    parseNpy(
      Buffer.from(npy('u8', [1], Buffer.of(9)).toString('latin1').replace('(1,)', '()  '), 'latin1'),
      'x',
    ).shape,
    [],
  );
});

test('.npy: what is broken is refused in words', () => {
  const good = npy('f32', [2], Buffer.alloc(8));
  const text = (from: string, to: string) => Buffer.from(good.toString('latin1').replace(from, to), 'latin1');
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.alloc(0), /no \.npy file/],
    [Buffer.from('PK\x03\x04 an .npz file'), /no \.npy file/],
    [good.subarray(0, 9), /no \.npy file/],
    [good.subarray(0, 60), /cut off/],
    [good.subarray(0, -1), /7 bytes of data, its shape makes 8/],
    [Buffer.concat([good, Buffer.alloc(1)]), /9 bytes of data/],
    [Buffer.concat([Buffer.from('\x93NUMPY\x09\x00', 'latin1'), good.subarray(8)]), /format version 9/],
    [text("'<f4'", "'>f4'"), /dtype is >f4/],
    [text("'<f4'", "'<c8'"), /dtype is <c8/],
    [text("'<f4'", '[(1)]'), /no plain dtype/],
    [text('False', 'True '), /Fortran order/],
    [text('(2,)', '(-2)'), /shape is \(-2\)/],
    [text('(2,)', '(0,)'), /shape is \(0,\)/],
    [text('(2,)', '(2e9)'.slice(0, 4)), /shape|header/],
    [text("'shape'", "'shade'"), /no shape/],
    [npy('u8', [1, 1, 1, 1, 1, 1, 1, 1, 1], Buffer.alloc(1)), /its shape is/],
    [npy('f32', [65536, 65536], Buffer.alloc(0)), /its shape is/],
  ];
  for (const [file, why] of cases)
    assert.throws(() => parseNpy(file, 't.npy'), { code: 'INPUT_TENSOR', exitCode: 3, message: why });
});

test('values are computed as the module computes them, element by element', async () => {
  const kernels = await Kernels.create();
  const picture = kernels.decode(drawnPicture(), false);
  assert.deepEqual([picture.width, picture.height, picture.layout, picture.orientation], [98, 61, 3, 1]);
  const size = { channels: 3, height: SIDE, width: SIDE };
  const plain: CardInput = { ...CARD_INPUT, layout: 'NHWC', shape: [1, SIDE, SIDE, 3], normalize: {} };
  const own = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  for (const profile of ['pillow', 'tensorflow'] as const) {
    const resize = { ...CARD_INPUT.resize, profile };
    const pixels = readElements(kernels.preprocess(picture, { ...plain, resize }).bytes, plain, size);
    const whole = profile === 'pillow';
    assert.equal(pixels.every(Number.isInteger), whole);
    for (const normalize of [
      {},
      { divide: 255, ...own },
      { multiply: 1 / 255, ...own },
      { divide: 127.5, mean: [1, 1, 1] },
    ]) {
      for (const kind of [
        { dtype: 'f32' },
        { dtype: 'f16' },
        { dtype: 'u8', quant: { scale: 0.0187, zero_point: 114 } },
        { dtype: 'i8', quant: { scale: 0.0187, zero_point: -14 } },
        { dtype: 'u8' },
      ] as const) {
        for (const layout of ['NCHW', 'NHWC'] as const) {
          const shape = layout === 'NCHW' ? [1, 3, SIDE, SIDE] : [1, SIDE, SIDE, 3];
          const input: CardInput = { ...CARD_INPUT, ...kind, layout, shape, color: 'BGR', resize, normalize };
          const made = readElements(kernels.preprocess(picture, input).bytes, input, size);
          const ours = new Float32Array(made.length);
          applyValues(valuesOf(input, 3), { values: pixels, channels: 3, whole }, ours);
          assert.deepEqual(ours, made, JSON.stringify([profile, normalize, kind, layout]));
        }
      }
    }
  }
});

test('patches: members added, replaced, removed; names with slashes and tildes', () => {
  const from = { a: 1, b: { c: [1, 2], 'd/e~f': 'x' }, g: null };
  const to = { a: 1, b: { c: [1, 3], h: {} }, g: 5, 'i/j': true };
  const patch = diffJson(from, to);
  assert.deepEqual(patch, [
    { op: 'replace', path: '/b/c', value: [1, 3] },
    { op: 'remove', path: '/b/d~1e~0f' },
    { op: 'add', path: '/b/h', value: {} },
    { op: 'replace', path: '/g', value: 5 },
    { op: 'add', path: '/i~1j', value: true },
  ]);
  assert.deepEqual(diffJson(from, structuredClone(from)), []);
  const plain = { a: { b: 1, c: 2 }, d: 3 };
  assert.deepEqual(patched(plain, diffJson(plain, { a: { b: 5 }, e: [1] })), { a: { b: 5 }, e: [1] });
});

test('the heat map is a PNG: black where equal, white at the largest difference', async () => {
  const size = { channels: 3, height: 4, width: 5 };
  const reference = new Float32Array(60).fill(2);
  const ours = reference.slice();
  ours[3 * 7 + 1] = 2.5;
  ours[3 * 8] = 2.125;
  ours[3 * 19 + 2] = Number.NaN;
  const { status, width, height, channels, pixels } = (await codecs()).decode(
    heatMap(ours, reference, size, 0.5),
  );
  // Drawn 52 times as large: at least 256 pixels a side.
  assert.deepEqual([status, width, height, channels], [0, 260, 208, 3]);
  const at = (x: number, y: number) => [...pixels.subarray((y * 52 * 260 + x * 52) * 3).subarray(0, 3)];
  assert.deepEqual(at(0, 0), [0, 0, 0]);
  assert.deepEqual(at(2, 1), [255, 255, 255]);
  assert.deepEqual(at(4, 3), [255, 255, 255]);
  // A quarter of the largest difference is half of the ramp.
  assert.deepEqual(at(3, 1), [214, 66, 82]);
  const none = (await codecs()).decode(
    heatMap(reference, reference, { channels: 3, height: 2, width: 10 }, 0),
  );
  assert.ok(none.pixels.every((sample) => sample === 0));
});
