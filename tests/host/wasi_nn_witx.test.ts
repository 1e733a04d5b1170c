import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel, type OnnxType, sumProductModel } from '../../host/conformance/onnx.js';
import { ERRNO } from '../../host/wasi-nn/index.js';
import { resolveWitxDtype } from '../../host/wasi-nn/tensors.js';
import { Wasm } from '../../host/wasm.js';
import { bytesOf, must, RawGuest } from '../support/raw_guest.js';

function roundTrip(
  type: OnnxType,
  number: number,
  data: Uint8Array,
  dims: number[],
  padding = 0,
): Uint8Array {
  const guest = new RawGuest();
  const { context } = guest.open(identityModel(type, dims));
  const tensor = guest.tensor(number, dims, guest.put(data), data.byteLength, padding);
  must(guest.call('set_input', context, 0, tensor), guest.nn);
  must(guest.call('compute', context), guest.nn);
  const { errno, written, bytes } = guest.output(context, 0, data.byteLength);
  assert.equal(errno, 0, guest.nn.lastError());
  assert.equal(written, data.byteLength);
  guest.nn.close();
  return bytes;
}

test('every element type goes through unchanged, under new and old type numbers', () => {
  const cases: [OnnxType, number[], ArrayBufferView][] = [
    ['f32', [1], Float32Array.of(1.5, -2, Number.NaN, 3e38)],
    ['f16', [0], Uint16Array.of(0x3c00, 0x7bff, 0xfc00, 1)],
    ['f64', [2], Float64Array.of(Math.PI, -0, 1e300, 4)],
    ['u8', [3, 2], Uint8Array.of(0, 1, 254, 255)],
    ['i8', [3, 2], Int8Array.of(-128, -1, 0, 127)],
    ['bool', [3, 2], Uint8Array.of(0, 1, 1, 0)],
    ['i32', [4, 3], Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 7)],
    ['i64', [5], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, 7n)],
  ];
  for (const [type, numbers, array] of cases) {
    for (const number of numbers) {
      const got = roundTrip(type, number, bytesOf(array), [2, 2]);
      assert.deepEqual(got, new Uint8Array(bytesOf(array)), `${type} as ${number}`);
    }
  }
});

test('padding behind the type byte may hold anything', () => {
  const data = bytesOf(Float32Array.of(1, 2));
  assert.deepEqual(roundTrip('f32', 1, data, [2], 0x001003), new Uint8Array(data));
});

test('the byte length tells old type numbers from new ones', () => {
  assert.equal(resolveWitxDtype(2, 10, 80), 'f64');
  assert.equal(resolveWitxDtype(2, 10, 10), 'u8');
  assert.equal(resolveWitxDtype(3, 10, 10), 'u8');
  assert.equal(resolveWitxDtype(3, 10, 40), 'i32');
  assert.throws(() => resolveWitxDtype(4, 10, 10), /needs 40 bytes/);
  assert.throws(() => resolveWitxDtype(6, 10, 10), /unknown tensor type/);
});

test('handles start at 0 and are never used again', () => {
  const guest = new RawGuest();
  const first = guest.open(identityModel('f32', [1]));
  assert.deepEqual(first, { graph: 0, context: 0 });
  must(guest.call('finalize_execution_context', 0), guest.nn);
  must(guest.call('unload', 0), guest.nn);
  assert.deepEqual(guest.open(identityModel('f32', [1])), { graph: 1, context: 1 });
  assert.equal(guest.call('compute', 0), ERRNO.invalid_argument);
  assert.equal(guest.call('unload', 0), ERRNO.invalid_argument);
});

test('a context outlives its graph', () => {
  const guest = new RawGuest();
  const { graph, context } = guest.open(identityModel('f32', [1]));
  must(guest.call('unload', graph), guest.nn);
  must(guest.call('set_input', context, 0, guest.tensor(1, [1], guest.alloc(4), 4)), guest.nn);
  must(guest.call('compute', context), guest.nn);
});

test('two inputs and two outputs keep their places', () => {
  const guest = new RawGuest();
  const { context } = guest.open(sumProductModel('f32', ['n']));
  const a = guest.put(bytesOf(Float32Array.of(1, 2, 3)));
  const b = guest.put(bytesOf(Float32Array.of(10, 20, 30)));
  must(guest.call('set_input', context, 1, guest.tensor(1, [3], b, 12)), guest.nn);
  assert.equal(guest.call('compute', context), ERRNO.invalid_argument, 'input 0 is missing');
  assert.match(guest.nn.lastError() ?? '', /input 0 \('a'\) is not set/);
  must(guest.call('set_input', context, 0, guest.tensor(1, [3], a, 12)), guest.nn);
  must(guest.call('compute', context), guest.nn);
  const f32 = (bytes: Uint8Array) => [...new Float32Array(bytes.buffer)];
  assert.deepEqual(f32(guest.output(context, 0, 12).bytes), [11, 22, 33]);
  assert.deepEqual(f32(guest.output(context, 1, 12).bytes), [10, 40, 90]);
  assert.equal(guest.output(context, 2, 12).errno, ERRNO.invalid_argument);
});

test('a free dimension may change from one call to the next', () => {
  const guest = new RawGuest();
  const { context } = guest.open(identityModel('f32', ['n']));
  for (const n of [3, 1, 5]) {
    const data = guest.put(bytesOf(new Float32Array(n).fill(n)));
    must(guest.call('set_input', context, 0, guest.tensor(1, [n], data, n * 4)), guest.nn);
    must(guest.call('compute', context), guest.nn);
    assert.equal(guest.output(context, 0, 64).written, n * 4);
  }
});

test('a buffer that is too small: too_large, the needed size, and not a byte written', () => {
  const guest = new RawGuest();
  const { context } = guest.open(identityModel('f32', [4]));
  const data = guest.put(bytesOf(Float32Array.of(1, 2, 3, 4)));
  must(guest.call('set_input', context, 0, guest.tensor(1, [4], data, 16)), guest.nn);
  assert.equal(guest.output(context, 0, 16).errno, ERRNO.invalid_argument, 'before compute');
  must(guest.call('compute', context), guest.nn);
  const { errno, written, bytes } = guest.output(context, 0, 15);
  assert.equal(errno, ERRNO.too_large);
  assert.equal(written, 16);
  assert.deepEqual(bytes, new Uint8Array(15));
});

test('named graphs are found by name, loaded once, and unknown names are not_found', () => {
  let reads = 0;
  const parts = () => {
    reads++;
    return [identityModel('f32', [1])];
  };
  const guest = new RawGuest({ graphs: { one: { encoding: 'onnx', parts } } });
  const out = guest.alloc(4);
  for (let i = 0; i < 3; i++) must(guest.call('load_by_name', ...guest.putText('one'), out), guest.nn);
  assert.equal(guest.view.getUint32(out, true), 2);
  assert.equal(reads, 1);
  must(
    guest.call('load_by_name_with_config', ...guest.putText('one'), ...guest.putText('{}'), out),
    guest.nn,
  );
  assert.equal(guest.call('load_by_name', ...guest.putText('two'), out), ERRNO.not_found);
  assert.equal(guest.call('load_by_name', ...guest.putText('/etc/passwd'), out), ERRNO.not_found);
  const latin = guest.put(Uint8Array.of(0xff, 0xfe));
  assert.equal(guest.call('load_by_name', latin, 2, out), ERRNO.invalid_argument);
});

test('encodings: unknown 2, known without backend 6, garbage 5, ggml or autodetect by content', () => {
  const guest = new RawGuest();
  const out = guest.alloc(4);
  const builder = guest.builder(identityModel('f32', [1]));
  assert.equal(guest.call('load', builder, 1, 7, 0, out), ERRNO.invalid_encoding);
  assert.equal(guest.call('load', builder, 1, -1, 0, out), ERRNO.invalid_encoding);
  assert.equal(guest.call('load', builder, 1, 3, 0, out), ERRNO.unsupported_operation);
  assert.equal(guest.call('load', builder, 1, 4, 0, out), ERRNO.invalid_encoding);
  assert.equal(guest.call('load', builder, 1, 1, 3, out), ERRNO.invalid_argument);
  assert.equal(guest.call('load', builder, 0, 1, 0, out), ERRNO.invalid_argument);
  assert.equal(guest.call('load', guest.builder(Uint8Array.of(8, 8, 99)), 1, 1, 0, out), ERRNO.runtime_error);
  assert.equal(guest.call('load', builder, 1, 6, 0, out), ERRNO.success);
  assert.equal(
    guest.call('load', guest.builder(Uint8Array.of(1, 2, 3)), 1, 6, 0, out),
    ERRNO.invalid_encoding,
  );
});

test('a wrong type or shape is refused at set_input, with the names in the log', () => {
  const lines: string[] = [];
  const guest = new RawGuest({ log: (line) => lines.push(line) });
  const { context } = guest.open(identityModel('f32', [2]));
  const data = guest.alloc(64);
  assert.equal(guest.call('set_input', context, 0, guest.tensor(4, [2], data, 8)), ERRNO.invalid_argument);
  assert.match(lines.at(-1) ?? '', /set_input: input 'x' wants f32, the guest gave i32/);
  assert.equal(guest.call('set_input', context, 0, guest.tensor(1, [3], data, 12)), ERRNO.invalid_argument);
  assert.match(lines.at(-1) ?? '', /wants 2, the guest gave 3/);
  assert.equal(guest.call('set_input', context, 1, guest.tensor(1, [2], data, 8)), ERRNO.invalid_argument);
  assert.equal(guest.call('set_input', context, 0, guest.tensor(1, [2], data, 7)), ERRNO.invalid_argument);
});

test('view mode reads the guest at compute, copy mode at set_input', () => {
  for (const inputs of ['view', 'copy'] as const) {
    const guest = new RawGuest({ inputs });
    const { context } = guest.open(identityModel('f32', [2]));
    const data = guest.put(bytesOf(Float32Array.of(1, 2)));
    must(guest.call('set_input', context, 0, guest.tensor(1, [2], data, 8)), guest.nn);
    guest.view.setFloat32(data, 9, true);
    must(guest.call('compute', context), guest.nn);
    const seen = new Float32Array(guest.output(context, 0, 8).bytes.buffer)[0];
    assert.equal(seen, inputs === 'view' ? 9 : 1, inputs);
  }
});

test('view mode survives growth of the memory and odd addresses', () => {
  const guest = new RawGuest({ inputs: 'view' });
  const { context } = guest.open(identityModel('f32', [2]));
  const even = guest.put(bytesOf(Float32Array.of(1, 2)));
  must(guest.call('set_input', context, 0, guest.tensor(1, [2], even, 8)), guest.nn);
  must(guest.call('compute', context), guest.nn);
  guest.memory.grow(1);
  guest.view.setFloat32(even, 5, true);
  must(guest.call('compute', context), guest.nn);
  assert.deepEqual([...new Float32Array(guest.output(context, 0, 8).bytes.buffer)], [5, 2]);

  const odd = guest.put(bytesOf(Float32Array.of(3, 4)), 8) + 1;
  new Uint8Array(guest.memory.buffer).copyWithin(odd, odd - 1, odd + 7);
  guest.alloc(1);
  must(guest.call('set_input', context, 0, guest.tensor(1, [2], odd, 8)), guest.nn);
  for (const value of [3, 7]) {
    guest.view.setFloat32(odd, value, true);
    must(guest.call('compute', context), guest.nn);
    assert.equal(new Float32Array(guest.output(context, 0, 8).bytes.buffer)[0], value);
  }
});

test('limits: graphs, contexts, graph bytes, tensor bytes', () => {
  const model = identityModel('f32', ['n']);
  const guest = new RawGuest({ limits: { graphs: 1, contexts: 2, graphBytes: 1000, tensorBytes: 16 } });
  const { graph, context } = guest.open(model);
  const out = guest.alloc(4);
  assert.equal(guest.call('load', guest.builder(model), 1, 1, 0, out), ERRNO.too_large);
  assert.equal(guest.call('init_execution_context', graph, out), 0);
  assert.equal(guest.call('init_execution_context', graph, out), ERRNO.too_large);
  must(guest.call('finalize_execution_context', context), guest.nn);
  assert.equal(guest.call('init_execution_context', graph, out), 0);
  const last = guest.view.getUint32(out, true);
  assert.equal(guest.call('set_input', last, 0, guest.tensor(1, [5], guest.alloc(20), 20)), ERRNO.too_large);
  must(guest.call('unload', graph), guest.nn);
  assert.equal(guest.call('load', guest.builder(new Uint8Array(1001)), 1, 1, 0, out), ERRNO.too_large);
});

test('without a memory every call is missing_memory; shared memory works', async () => {
  const { createWasiNN } = await import('../../host/wasi-nn/index.js');
  const nn = createWasiNN();
  const load = nn.witx.wasi_ephemeral_nn.load;
  assert.equal(load?.(0, 0, 1, 0, 0), ERRNO.missing_memory);

  const guest = new RawGuest({ inputs: 'view' });
  const shared = new Wasm.Memory({ initial: 1, maximum: 1, shared: true });
  const { context } = guest.open(identityModel('f32', [1]));
  guest.nn.bind(shared);
  const view = new DataView(shared.buffer);
  view.setUint32(0, 32, true);
  view.setUint32(4, 1, true);
  view.setUint32(8, 1, true);
  view.setUint32(12, 36, true);
  view.setUint32(16, 4, true);
  view.setUint32(32, 1, true);
  view.setFloat32(36, 2.5, true);
  must(guest.call('set_input', context, 0, 0), guest.nn);
  must(guest.call('compute', context), guest.nn);
  must(guest.call('get_output', context, 0, 64, 4, 60), guest.nn);
  assert.equal(view.getFloat32(64, true), 2.5);
});
