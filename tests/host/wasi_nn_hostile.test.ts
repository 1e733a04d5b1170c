import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel } from '../../host/conformance/onnx.js';
import { ERRNO } from '../../host/wasi-nn/index.js';
import { bytesOf, must, RawGuest } from '../support/raw_guest.js';

const EDGES = [0, 1, 3, 4, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff];

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

test('10,000 random calls: never an exception, never a success with a bad handle', () => {
  let seed = 20_240_229;
  const random = (n: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const guest = new RawGuest({ inputs: 'view', limits: { graphs: 8, contexts: 8 } });
  const { graph, context } = guest.open(identityModel('f32', ['n']));
  const names = Object.keys(guest.nn.witx.wasi_ephemeral_nn);
  assert.equal(names.length, 12);
  const good = [graph, context, guest.builder(identityModel('f32', [1])), guest.tensor(1, [2], 64, 8)];
  const counts = new Map<number, number>();
  for (let i = 0; i < 10_000; i++) {
    const name = names[random(names.length)] as string;
    const args = Array.from({ length: 5 }, () => {
      const kind = random(3);
      if (kind === 0) return good[random(good.length)] as number;
      if (kind === 1) return EDGES[random(EDGES.length)] as number;
      return random(2 ** 32);
    });
    const errno = guest.call(name, ...args);
    assert.ok(Number.isInteger(errno) && errno >= 0 && errno <= 8, `${name}(${args}) gave ${errno}`);
    const takesHandle = !name.startsWith('load');
    if (takesHandle && (args[0] as number) > 10_000) {
      assert.notEqual(errno, 0, `${name}(${args}) succeeded`);
    }
    counts.set(errno, (counts.get(errno) ?? 0) + 1);
  }
  assert.ok((counts.get(1) ?? 0) > 1000, 'the generator reaches the checks');
  // The host still works.
  const after = new RawGuest();
  const fresh = after.open(identityModel('f32', [1]));
  must(
    after.call(
      'set_input',
      fresh.context,
      0,
      after.tensor(1, [1], after.put(bytesOf(Float32Array.of(4))), 4),
    ),
    after.nn,
  );
  must(after.call('compute', fresh.context), after.nn);
  assert.equal(new Float32Array(after.output(fresh.context, 0, 4).bytes.buffer)[0], 4);
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
