import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { identityModel, outsideWeightsModel } from '../../host/conformance/onnx.js';
import { ERRNO, graphFromDirectory } from '../../host/wasi-nn/index.js';
import { Wasm } from '../../host/wasm.js';
import { bytesOf, must, RawGuest } from '../support/raw_guest.js';
import { withScratch } from '../support/scratch.js';

test('pointers that leave the memory are errnos in every place of every function', () => {
  const guest = new RawGuest();
  const { graph, context } = guest.open(identityModel('f32', [2]));
  const size = guest.memory.buffer.byteLength;
  const tensor = guest.tensor(1, [2], guest.alloc(8), 8);
  must(guest.call('set_input', context, 0, tensor), guest.nn);
  must(guest.call('compute', context), guest.nn);
  const builder = guest.builder(identityModel('f32', [2]));
  const out = guest.alloc(4);
  const bad = [size, size - 3, 0x7fff_ffff, 0x8000_0000, 0xffff_fffd, 0xffff_ffff];
  for (const p of bad) {
    const calls: [string, ...number[]][] = [
      ['load', p, 1, 1, 0, out],
      ['load', builder, 1, 1, 0, p],
      ['load_by_name', p, 4, out],
      ['load_by_name', out, p, out],
      ['init_execution_context', graph, p],
      ['set_input', context, 0, p],
      ['get_output', context, 0, p, 8, out],
      ['get_output', context, 0, builder, p, out],
      ['get_output', context, 0, builder, 8, p],
    ];
    for (const [name, ...args] of calls) {
      assert.equal(guest.call(name, ...args), ERRNO.invalid_argument, `${name}(${args})`);
    }
    for (const offset of [0, 12]) {
      const hostile = guest.tensor(1, [2], guest.alloc(8), 8);
      guest.view.setUint32(hostile + offset, p, true);
      assert.equal(guest.call('set_input', context, 0, hostile), ERRNO.invalid_argument, `@${offset}=${p}`);
    }
    const part = guest.alloc(8);
    guest.view.setUint32(part, p, true);
    guest.view.setUint32(part + 4, 64, true);
    assert.equal(guest.call('load', part, 1, 1, 0, out), ERRNO.invalid_argument);
  }
});

test('counts near 2^32 neither overflow nor allocate', () => {
  const guest = new RawGuest();
  const { context } = guest.open(identityModel('f32', ['n']));
  const out = guest.alloc(4);
  for (const n of [0x2000_0000, 0x2000_0001, 0x4000_0001, 0xffff_ffff]) {
    assert.equal(guest.call('load', 0, n, 1, 0, out), ERRNO.too_large);
    const tensor = guest.tensor(1, [1], guest.alloc(4), 4);
    guest.view.setUint32(tensor + 4, n, true);
    assert.equal(guest.call('set_input', context, 0, tensor), ERRNO.invalid_argument, `rank ${n}`);
    // 4 * n wraps to a small number in u32 arithmetic.
    assert.notEqual(guest.call('set_input', context, 0, guest.tensor(1, [n], guest.alloc(4), 4)), 0);
  }
  const wraps = guest.tensor(1, [65536, 65536, 1], guest.alloc(8), 0);
  assert.equal(guest.call('set_input', context, 0, wraps), ERRNO.too_large);
});

test('memory that is another one, or a smaller one, between set_input and compute', () => {
  for (const inputs of ['view', 'copy'] as const) {
    const guest = new RawGuest({ inputs });
    const { context } = guest.open(identityModel('f32', [2]));
    const data = guest.put(bytesOf(Float32Array.of(1, 2)));
    const tensor = guest.tensor(1, [2], data, 8);
    must(guest.call('set_input', context, 0, tensor), guest.nn);
    must(guest.call('compute', context), guest.nn);
    const smaller = new Wasm.Memory({ initial: 0, maximum: 1 });
    guest.nn.bind(smaller);
    assert.equal(guest.call('compute', context), inputs === 'copy' ? 0 : ERRNO.invalid_argument);
    assert.equal(guest.call('get_output', context, 0, 0, 8, 0), ERRNO.invalid_argument);
    smaller.grow(1);
    new Float32Array(smaller.buffer, data, 2).set([7, 8]);
    must(guest.call('compute', context), guest.nn);
    must(guest.call('get_output', context, 0, 4096, 8, 8192), guest.nn);
    const seen = [...new Float32Array(smaller.buffer, 4096, 2)];
    assert.deepEqual(seen, inputs === 'copy' ? [1, 2] : [7, 8], inputs);
    // Back in the first memory, which the host wrote nothing to in the meantime.
    guest.nn.bind(guest.memory);
    assert.deepEqual(guest.output(context, 0, 8).written, 8);
  }
});

test('thousands of contexts: as many as the limit says, each with its own input', () => {
  const guest = new RawGuest();
  const { graph, context } = guest.open(identityModel('u8', [1]));
  const out = guest.alloc(4);
  const contexts = [context];
  for (let i = 1; i < 4096; i++) {
    must(guest.call('init_execution_context', graph, out), guest.nn);
    contexts.push(guest.view.getUint32(out, true));
  }
  assert.equal(guest.call('init_execution_context', graph, out), ERRNO.too_large);
  const data = guest.alloc(1);
  const tensor = guest.tensor(3, [1], data, 1);
  const answer = guest.alloc(1);
  const valueFor = (i: number) => (i * 37) & 255;
  for (const [i, each] of contexts.entries()) {
    guest.view.setUint8(data, valueFor(i));
    must(guest.call('set_input', each, 0, tensor), guest.nn);
  }
  for (const each of contexts) must(guest.call('compute', each), guest.nn);
  for (const [i, each] of contexts.entries()) {
    must(guest.call('get_output', each, 0, answer, 1, out), guest.nn);
    assert.equal(guest.view.getUint8(answer), valueFor(i));
  }
  for (const each of contexts) must(guest.call('finalize_execution_context', each), guest.nn);
  assert.equal(guest.nn.stats().contexts, 0);
});

test('dimensions that are NaN, infinite or negative numbers for somebody else are refused', () => {
  const guest = new RawGuest({ inputs: 'view' });
  const { context } = guest.open(identityModel('f32', ['n', 'm']));
  const data = guest.alloc(16);
  const bits = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  const odd = [
    bits(Number.NaN),
    bits(Number.POSITIVE_INFINITY),
    bits(-1),
    0xffff_ffff,
    0x8000_0000,
    0x7fff_ffff,
  ];
  for (const dim of odd) {
    for (const dims of [
      [dim, 1],
      [1, dim],
      [dim, dim],
      [dim, 0xffff_ffff],
    ]) {
      for (const length of [0, 4, 16]) {
        const errno = guest.call('set_input', context, 0, guest.tensor(1, dims, data, length));
        assert.ok(
          [ERRNO.invalid_argument, ERRNO.too_large].some((each) => each === errno),
          `${dims}`,
        );
      }
    }
  }
  // No elements at all are a tensor.
  must(guest.call('set_input', context, 0, guest.tensor(1, [0, 0xffff_ffff], data, 0)), guest.nn);
  assert.ok(guest.call('compute', context) <= 8);
});

test("weights that a guest's graph keeps elsewhere are not read from the host", async () => {
  await withScratch(async (folder) => {
    writeFileSync(path.join(folder, 'secret.txt'), 'nobody may see this');
    const here = process.cwd();
    process.chdir(folder);
    try {
      for (const place of [
        'secret.txt',
        './secret.txt',
        `../${path.basename(folder)}/secret.txt`,
        `${folder}/secret.txt`,
      ]) {
        const guest = new RawGuest();
        const builder = guest.builder(outsideWeightsModel(place, 19));
        assert.equal(guest.call('load', builder, 1, 1, 0, guest.alloc(4)), ERRNO.runtime_error, place);
      }
    } finally {
      process.chdir(here);
    }
  });
});

test("weights beside a named graph's file are the graph's", async () => {
  await withScratch(async (folder) => {
    writeFileSync(path.join(folder, 'weights'), 'abcdef');
    writeFileSync(path.join(folder, 'model.onnx'), outsideWeightsModel('weights', 6));
    const guest = new RawGuest({ graphs: { it: graphFromDirectory('onnx', folder) } });
    const out = guest.alloc(4);
    must(guest.call('load_by_name', ...guest.putText('it'), out), guest.nn);
    must(guest.call('init_execution_context', guest.view.getUint32(out, true), out), guest.nn);
    const context = guest.view.getUint32(out, true);
    must(guest.call('compute', context), guest.nn);
    assert.equal(Buffer.from(guest.output(context, 0, 6).bytes).toString(), 'abcdef');
  });
});

test('a failing computation leaves no stale output behind', () => {
  const guest = new RawGuest();
  const { context } = guest.open(identityModel('f32', ['n', 2]));
  must(guest.call('set_input', context, 0, guest.tensor(1, [1, 2], guest.alloc(8), 8)), guest.nn);
  must(guest.call('compute', context), guest.nn);
  assert.equal(guest.output(context, 0, 8).errno, 0);
  guest.nn.close();
  assert.equal(guest.call('compute', context), ERRNO.invalid_argument);
  assert.equal(guest.output(context, 0, 8).errno, ERRNO.invalid_argument);
});
