import { arenaAlloc } from '../../assembly/memory/arena';
import { sha256Final, sha256Init, sha256Update } from '../../assembly/kernels/hash';
import { difference, random, randomBytes, seed } from './support/data';

// Not from the arena: at top level it would come before the runtime's heap, which then takes all memory for its own.
const state = memory.data(104, 8);

/** Digest as text. */
function hash(data: usize, length: i32, step: i32): string {
  const digest = arenaAlloc(32);
  sha256Init(state);
  for (let at = 0; at < length; at += step) sha256Update(state, data + at, min(step, length - at));
  sha256Final(state, digest);
  let text = '';
  for (let i = 0; i < 32; i++) text += (<u32>load<u8>(digest + i) + 256).toString(16).slice(1);
  return text;
}

describe('SHA-256', () => {
  it('known answers of FIPS 180', () => {
    const text = String.UTF8.encode('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq');
    const data = changetype<usize>(text);
    expect(hash(data, 0, 1)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hash(data, 3, 3)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hash(data, 56, 56)).toBe('248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
  });

  it('a million a', () => {
    const data = arenaAlloc(1000000);
    memory.fill(data, 0x61, 1000000);
    expect(hash(data, 1000000, 1000000)).toBe(
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    );
  });

  it('pieces of any size give the same', () => {
    seed(61);
    const data = randomBytes(400, 3);
    for (let length = 0; length < 200; length++) {
      expect(hash(data, length, 1 + <i32>random(130))).toBe(hash(data, length, 1000));
    }
    expect(difference(data, data, 400)).toBe(-1);
  });
});
