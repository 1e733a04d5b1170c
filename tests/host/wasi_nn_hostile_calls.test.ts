/** Ten thousand calls of a guest that means harm, beside one that must not notice. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { identityModel } from '../../host/conformance/onnx.js';
import { HostileGuest } from '../support/hostile_guest.js';
import { must, RawGuest } from '../support/raw_guest.js';

const CALLS = 10_000;
const SECRET_BYTES = 32;

for (const inputs of ['copy', 'view'] as const) {
  test(`10,000 hostile calls, inputs by ${inputs}: no exception, no wrong success, nothing of the neighbour`, () => {
    const hostile = new HostileGuest(20_240_229, inputs);
    const neighbour = new RawGuest();
    const { context } = neighbour.open(identityModel('u8', [SECRET_BYTES]));
    const [data, answer] = [neighbour.alloc(SECRET_BYTES), neighbour.alloc(SECRET_BYTES)];
    const tensor = neighbour.tensor(3, [SECRET_BYTES], data, SECRET_BYTES);
    const written = neighbour.alloc(4);
    for (let i = 0; i < CALLS; i++) {
      hostile.step();
      if (i % 100 !== 0) continue;
      const secret = randomBytes(SECRET_BYTES);
      new Uint8Array(neighbour.memory.buffer).set(secret, data);
      must(neighbour.call('set_input', context, 0, tensor), neighbour.nn);
      must(neighbour.call('compute', context), neighbour.nn);
      for (let k = 0; k < 50; k++) hostile.step();
      must(neighbour.call('get_output', context, 0, answer, SECRET_BYTES, written), neighbour.nn);
      const got = new Uint8Array(neighbour.memory.buffer).slice(answer, answer + SECRET_BYTES);
      assert.deepEqual(Buffer.from(got), secret);
      assert.ok(!hostile.holds(secret.subarray(0, 8)), 'bytes of the neighbour');
    }
    // The generator reaches both sides of every function, and most errnos.
    for (const name of Object.keys(hostile.nn.witx.wasi_ephemeral_nn)) {
      if (name !== 'compute_single') assert.ok((hostile.successes.get(name) ?? 0) > 20, name);
    }
    for (const errno of [1, 2, 5, 6, 7, 8])
      assert.ok((hostile.failures.get(errno) ?? 0) > 5, `errno ${errno}`);
    hostile.nn.close();
    const { graphs, contexts, openBytes } = hostile.nn.stats();
    assert.deepEqual([graphs, contexts, openBytes], [0, 0, 0]);
  });
}
