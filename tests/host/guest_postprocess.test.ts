/** Calls of edge_postprocess.wasm for what comes after a graph, as docs/abi.md describes them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { Wasm, type WasmMemory } from '../../host/wasm.js';
import { assertClose, Generator } from '../support/kernel_memory.js';

/** A result of docs/abi.md. */
interface Result {
  readonly status: number;
  readonly code: string;
  readonly address: number;
  readonly count: number;
  readonly scores: number;
  readonly classes: number;
}

const module = new Wasm.Module(readFileSync(new URL('../../wasm/edge_postprocess.wasm', import.meta.url)));

class Guest {
  readonly #exports: Record<string, (...values: number[]) => number>;
  readonly #memory: WasmMemory;

  constructor() {
    const { exports } = new Wasm.Instance(module);
    this.#exports = exports as Record<string, (...values: number[]) => number>;
    this.#memory = exports.memory as WasmMemory;
  }

  put(data: ArrayBufferView): number {
    const at = this.#exports.edge_alloc!(data.byteLength);
    assert.notEqual(at, 0);
    new Uint8Array(this.#memory.buffer, at).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return at;
  }

  floats = (...values: number[]) => this.put(Float32Array.from(values));

  call(name: string, ...values: number[]): Result {
    const at = this.#exports[name]!(...values);
    const head = new DataView(this.#memory.buffer, at, 44);
    const word = (offset: number) => head.getUint32(offset, true);
    const code = Buffer.from(this.#memory.buffer, word(4), word(8)).toString();
    return { status: word(0), code, address: word(28), count: word(32), scores: word(36), classes: word(40) };
  }

  keep = () => this.#exports.edge_keep!();
  reset = () => this.#exports.edge_reset!();
  bytes = (at: number, length: number) => new Uint8Array(this.#memory.buffer).slice(at, at + length);
  readFloats = (at: number, count: number) => [...new Float32Array(this.bytes(at, count * 4).buffer)];
  readWords = (at: number, count: number) => [...new Uint32Array(this.bytes(at, count * 4).buffer)];
  get size(): number {
    return this.#memory.buffer.byteLength;
  }
}

let guest: Guest;
beforeEach(() => {
  guest = new Guest();
});

test('sigmoid', () => {
  const { address, count } = guest.call('edge_sigmoid', guest.floats(0, 2, -2, Infinity, -Infinity), 5);
  const e = Math.exp(-2);
  assertClose(guest.readFloats(address, count), [0.5, 1 / (1 + e), e / (1 + e), 1, 0], 1e-7);
});

test('class maps: planes and rows, more than 256 classes, quantised logits', () => {
  const planes = guest.floats(1, 5, 0, 1, 2, Number.NaN);
  const map = guest.call('edge_argmax', planes, 2, 3, 1);
  assert.deepEqual([...guest.bytes(map.address, map.count)], [0, 0, 0]);
  const rows = guest.call('edge_argmax', planes, 2, 3, 0);
  assert.deepEqual([...guest.bytes(rows.address, rows.count)], [1, 1, 0]);
  const many = guest.put(new Float32Array(600).fill(1, 299, 300).fill(1, 310, 311));
  const wide = guest.call('edge_argmax', many, 300, 2, 0);
  assert.deepEqual([...new Uint16Array(guest.bytes(wide.address, wide.count * 2).buffer)], [299, 10]);
  const bytes = guest.put(Uint8Array.of(1, 200, 3, 4));
  const logits = guest.call('edge_dequantize', bytes, 4, 1, guest.floats(0.5), 0, 1);
  guest.keep();
  const small = guest.call('edge_argmax', logits.address, 2, 2, 0);
  assert.deepEqual([...guest.bytes(small.address, small.count)], [0, 1]);
});

/** A YOLOv8 head: planes of these rows {cx, cy, w, h, class scores}. */
function planesOf(rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(rows[0]!.flatMap((_, column) => rows.map((row) => row[column]!)));
}

test('a YOLOv8 head, its candidates kept for suppression', () => {
  const rows = [
    [320, 320, 100, 100, 0.1, 0.9],
    [322, 320, 100, 100, 0.2, 0.8],
    [322, 322, 100, 100, 0.7, 0.2],
    [100, 200, 20, 40, 0.05, 0.04],
    [50, 150, 100, 60, 0.3, 0.6],
  ];
  const head = guest.put(planesOf(rows));
  const found = guest.call('edge_decode_yolo', head, 0, 5, 2, 0.25);
  guest.keep();
  assert.equal(found.count, 4);
  assert.deepEqual(guest.readWords(found.classes, 4), [1, 1, 0, 1]);
  assertClose(guest.readFloats(found.scores, 4), [0.9, 0.8, 0.7, 0.6], 1e-6);
  const nms = (classes: number, most: number) =>
    guest.call('edge_nms', found.address, found.scores, classes, found.count, 0.5, 0.25, most);
  const anyClass = nms(0, 0);
  assert.deepEqual(guest.readWords(anyClass.address, anyClass.count), [0, 3]);
  const first = nms(found.classes, 2);
  assert.deepEqual(guest.readWords(first.address, first.count), [0, 2]);
  const byClass = nms(found.classes, 0);
  assert.deepEqual(guest.readWords(byClass.address, byClass.count), [0, 2, 3]);
});

test('rows of a head, with and without objectness', () => {
  const plain = guest.call('edge_decode_yolo', guest.floats(10, 10, 4, 4, 0.1, 0.9), 1, 1, 2, 0.5);
  assert.deepEqual(guest.readFloats(plain.address, 4), [8, 8, 12, 12]);
  const five = guest.floats(10, 10, 4, 4, 0.5, 0.1, 0.9, 10, 10, 4, 4, 1, 0.75, 0.5);
  const object = guest.call('edge_decode_yolo', five, 2, 2, 2, 0.5);
  assert.equal(object.count, 1);
  assert.deepEqual(guest.readFloats(object.scores, 1), [0.75]);
  assert.deepEqual(guest.readWords(object.classes, 1), [0]);
});

test('an SSD head', () => {
  const offsets = guest.floats(1, 2, 0, 0);
  const priors = guest.floats(0.5, 0.5, 0.2, 0.4);
  const tflite = guest.call('edge_decode_priors', offsets, priors, 1, 1, 10, 5);
  assertClose(guest.readFloats(tflite.address, 4), [0.38, 0.42, 0.78, 0.62], 1e-6);
  const plain = guest.call('edge_decode_priors', offsets, priors, 1, 0, 10, 5);
  assertClose(guest.readFloats(plain.address, 4), [0.42, 0.38, 0.62, 0.78], 1e-6);
});

test('embeddings: normalised rows, nearest rows', () => {
  const matrix = guest.floats(3, 4, 0, 0, 0, 7, 8, 6, 0);
  const normal = guest.call('edge_l2_normalize', matrix, 3, 3);
  assert.equal(normal.count, 9);
  assertClose(guest.readFloats(normal.address, 9), [0.6, 0.8, 0, 0, 0, 1, 0.8, 0.6, 0], 1e-7);
  const query = guest.floats(1, 0, 0);
  const cosine = guest.call('edge_nearest', matrix, 3, 3, query, 1, 2);
  assert.equal(cosine.count, 2);
  assert.deepEqual([guest.readWords(cosine.address, 1)[0], guest.readWords(cosine.address, 3)[2]], [2, 0]);
  assertClose(guest.readFloats(cosine.address + 4, 1), [0.8], 1e-7);
  const product = guest.call('edge_nearest', matrix, 3, 3, query, 0, 9);
  assert.equal(product.count, 3);
  assert.deepEqual(guest.readFloats(product.address + 4, 1), [8]);
});

test('a result is dropped by the next call unless it is kept', () => {
  const scores = guest.floats(1, 2, 3);
  const first = guest.call('edge_sigmoid', scores, 3);
  assert.equal(guest.call('edge_sigmoid', scores, 3).address, first.address);
  guest.keep();
  assert.notEqual(guest.call('edge_sigmoid', scores, 3).address, first.address);
  guest.reset();
  assert.equal(guest.floats(1, 2, 3), scores);
});

const WRONG = [0, 1, 2, 3, -1, 5, 65536, 65537, 131073, 0x40000000, 0x7fffffff, -0x80000000, 0xfffffff0, 0.5];
const CALLS: readonly (readonly [string, number])[] = [
  ['edge_softmax', 2],
  ['edge_sigmoid', 2],
  ['edge_top_k', 3],
  ['edge_dequantize', 6],
  ['edge_argmax', 4],
  ['edge_nms', 7],
  ['edge_decode_priors', 6],
  ['edge_decode_yolo', 5],
  ['edge_l2_normalize', 3],
  ['edge_nearest', 6],
];

test('arguments that make no sense are results, never traps', () => {
  const source = new Generator(81);
  const codes = new Set<string>();
  for (let round = 0; round < 20_000; round++) {
    const [name, arity] = CALLS[round % CALLS.length]!;
    const values = Array.from({ length: arity }, () => WRONG[source.integer(WRONG.length)]!);
    const { status, code } = guest.call(name, ...values);
    assert.ok(status === 0 || status === 2, `${name}(${values.join()}) gave ${status}`);
    codes.add(code);
    if (guest.size > 2 ** 28) guest = new Guest();
  }
  assert.deepEqual([...codes].sort(), ['', 'USAGE_ADDRESS', 'USAGE_DEQUANTIZE', 'USAGE_VALUE']);
  const scores = guest.floats(1, 2, 3);
  assert.equal(guest.call('edge_sigmoid', scores, 3).status, 0);
  assert.equal(guest.call('edge_sigmoid', scores, 0x40000003).code, 'USAGE_ADDRESS');
  assert.equal(guest.call('edge_softmax', scores, -1).code, 'USAGE_ADDRESS');
  assert.equal(guest.call('edge_nms', scores, scores, 0, 0, -1, 0, 0).code, 'USAGE_VALUE');
  assert.equal(guest.call('edge_argmax', scores, 0, 1, 0).code, 'USAGE_VALUE');
});
