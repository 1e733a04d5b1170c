/**
 * SHA-256 (FIPS 180-4), incremental, over a state in linear memory:
 *
 *   0..31  the eight words   32..39  bytes taken so far (u64)   40..103  the block that is not yet full
 */

/** Bytes of a state, 8-byte aligned. */
export const SHA256_STATE_BYTES: usize = 104;
/** Bytes of a digest. */
export const SHA256_BYTES: usize = 32;

const TOTAL: usize = 32;
const BLOCK: usize = 40;

const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

const START: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** Begins a hash. */
export function sha256Init(state: usize): void {
  memory.copy(state, START, 32);
  store<u64>(state, 0, TOTAL);
}

/** Takes in `length` bytes. */
export function sha256Update(state: usize, data: usize, length: usize): void {
  const held = <usize>load<u64>(state, TOTAL) & 63;
  store<u64>(state, load<u64>(state, TOTAL) + <u64>length, TOTAL);
  if (held != 0) {
    // held + part <= 64: inside the block.
    const part = min(length, 64 - held);
    memory.copy(state + BLOCK + held, data, part);
    if (held + part < 64) return;
    compress(state, state + BLOCK, 1);
    data += part;
    length -= part;
  }
  compress(state, data, length >> 6);
  memory.copy(state + BLOCK, data + (length & ~63), length & 63);
}

/** Ends a hash: 32 bytes to `digest`. The state must be initialised before it is used again. */
export function sha256Final(state: usize, digest: usize): void {
  const total = load<u64>(state, TOTAL);
  let held = <usize>total & 63;
  const block = state + BLOCK;
  // held <= 63: the mark fits; the length needs the last 8 bytes of a block.
  store<u8>(block + held, 0x80);
  held++;
  memory.fill(block + held, 0, 64 - held);
  if (held > 56) {
    compress(state, block, 1);
    memory.fill(block, 0, 64);
  }
  store<u64>(block, bswap<u64>(total << 3), 56);
  compress(state, block, 1);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(digest + i, bswap<u32>(load<u32>(state + i)));
}

class Round {
  /** h + Sigma1(e) + Ch(e, f, g) + the word and the constant of the round. */
  @inline static first(e: u32, f: u32, g: u32, h: u32, i: usize): u32 {
    return (
      h + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g))) + load<u32>(WORDS + i)
    );
  }

  /** Sigma0(a) + Maj(a, b, c); `ab` is a ^ b, `bc` is b ^ c, which was `ab` a round ago. */
  @inline static second(a: u32, b: u32, ab: u32, bc: u32): u32 {
    return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + (b ^ (ab & bc));
  }
}

class Schedule {
  @inline static rotr(x: v128, n: i32): v128 {
    return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n));
  }

  @inline static sigma1(x: v128): v128 {
    return v128.xor(v128.xor(Schedule.rotr(x, 17), Schedule.rotr(x, 19)), i32x4.shr_u(x, 10));
  }

  /** Words t..t+3 from t-16.., t-12.., t-8.. and t-4..: w[t-16] + sigma0(w[t-15]) + w[t-7] + sigma1(w[t-2]). */
  @inline static next(w16: v128, w12: v128, w8: v128, w4: v128): v128 {
    const zero = i32x4.splat(0);
    const w15 = v128.shuffle<u32>(w16, w12, 1, 2, 3, 4);
    const w7 = v128.shuffle<u32>(w8, w4, 1, 2, 3, 4);
    const sigma0 = v128.xor(v128.xor(Schedule.rotr(w15, 7), Schedule.rotr(w15, 18)), i32x4.shr_u(w15, 3));
    // sigma1(0) is 0: the lanes whose w[t-2] is not there yet stay as they are.
    const half = i32x4.add(
      i32x4.add(i32x4.add(w16, w7), sigma0),
      Schedule.sigma1(v128.shuffle<u32>(w4, zero, 2, 3, 4, 4)),
    );
    return i32x4.add(half, Schedule.sigma1(v128.shuffle<u32>(half, zero, 4, 4, 0, 1)));
  }

  /** Four words of the message, which is big endian. */
  @inline static words(data: usize): v128 {
    return i8x16.swizzle(v128.load(data), i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  }
}

/** Four words of the schedule, each with the constant of its round. */
const WORDS: usize = memory.data(16, 16);

/**
 * Compresses `blocks` blocks of 64 bytes: four rounds a turn, while the vector unit makes the words that are due in
 * four turns. So the schedule costs next to nothing.
 */
function compress(state: usize, data: usize, blocks: usize): void {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  // 64 bytes of `data` a turn: the caller gives whole blocks.
  for (; blocks != 0; blocks--, data += 64) {
    let w0 = Schedule.words(data);
    let w1 = Schedule.words(data + 16);
    let w2 = Schedule.words(data + 32);
    let w3 = Schedule.words(data + 48);
    let bc = b ^ c;
    for (let k = K; k != K + 256; k += 16) {
      v128.store(WORDS, i32x4.add(w0, v128.load(k)));
      const w4 = Schedule.next(w0, w1, w2, w3);
      w0 = w1;
      w1 = w2;
      w2 = w3;
      w3 = w4;
      // h, d; g, c; f, b; e, a: each round renames the words by one place, four rounds swap the halves.
      const h1 = Round.first(e, f, g, h, 0);
      const d1 = d + h1;
      const ab0 = a ^ b;
      const a1 = h1 + Round.second(a, b, ab0, bc);
      const g1 = Round.first(d1, e, f, g, 4);
      const c1 = c + g1;
      const ab1 = a1 ^ a;
      const a2 = g1 + Round.second(a1, a, ab1, ab0);
      const f1 = Round.first(c1, d1, e, f, 8);
      const b1 = b + f1;
      const ab2 = a2 ^ a1;
      const a3 = f1 + Round.second(a2, a1, ab2, ab1);
      const e1 = Round.first(b1, c1, d1, e, 12);
      bc = a3 ^ a2;
      h = d1;
      g = c1;
      f = b1;
      e = a + e1;
      d = a1;
      c = a2;
      b = a3;
      a = e1 + Round.second(a3, a2, bc, ab2);
    }
    a += load<u32>(state);
    b += load<u32>(state, 4);
    c += load<u32>(state, 8);
    d += load<u32>(state, 12);
    e += load<u32>(state, 16);
    f += load<u32>(state, 20);
    g += load<u32>(state, 24);
    h += load<u32>(state, 28);
    store<u32>(state, a);
    store<u32>(state, b, 4);
    store<u32>(state, c, 8);
    store<u32>(state, d, 12);
    store<u32>(state, e, 16);
    store<u32>(state, f, 20);
    store<u32>(state, g, 24);
    store<u32>(state, h, 28);
  }
}
