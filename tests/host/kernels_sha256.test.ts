/** SHA-256 against node:crypto (OpenSSL). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { instantiateForTest } from '../support/assembly.js';
import { seeded } from '../support/pictures.js';

test('digests of every length up to four blocks, of a tensor, and in pieces are those of OpenSSL', async () => {
  const { call, memory } = await instantiateForTest('assembly/entries/kernel_testing.ts');
  const random = seeded(6);
  const most = 602_112;
  const bytes = Buffer.from(Array.from({ length: most }, random));
  const [state, digest, data] = [call.arenaAlloc!(104), call.arenaAlloc!(32), call.arenaAlloc!(most + 16)];
  for (const length of [...Array(257).keys(), most]) {
    const offset = random() % 16;
    new Uint8Array(memory.buffer).set(bytes.subarray(0, length), data! + offset);
    call.sha256Init!(state!);
    for (let at = 0; at < length; ) {
      const piece = Math.min(length - at, random() % (length > 1000 ? 100_000 : 100));
      call.sha256Update!(state!, data! + offset + at, piece);
      at += piece;
    }
    call.sha256Final!(state!, digest!);
    const ours = Buffer.from(new Uint8Array(memory.buffer, digest, 32)).toString('hex');
    assert.equal(
      ours,
      createHash('sha256').update(bytes.subarray(0, length)).digest('hex'),
      `${length} bytes`,
    );
  }
});
