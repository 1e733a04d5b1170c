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
  @inline static sum0(a: u32): u32 {
    return rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
  }

  /** h + Sigma1(e) + Ch(e, f, g). */
  @inline static first(e: u32, f: u32, g: u32, h: u32): u32 {
    return h + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g)));
  }

  /** Sigma0(a) + Maj(a, b, c). */
  @inline static second(a: u32, b: u32, c: u32): u32 {
    return Round.sum0(a) + ((a & b) | (c & (a | b)));
  }

  /** Next word of the schedule: w[t-16] + sigma0(w[t-15]) + w[t-7] + sigma1(w[t-2]). */
  @inline static schedule(w16: u32, w15: u32, w7: u32, w2: u32): u32 {
    return (
      w16 +
      (rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3)) +
      w7 +
      (rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10))
    );
  }
}

/** Compresses `blocks` blocks of 64 bytes. Sixteen rounds a turn, the message schedule in sixteen locals. */
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
    const a0 = a;
    const b0 = b;
    const c0 = c;
    const d0 = d;
    const e0 = e;
    const f0 = f;
    const g0 = g;
    const h0 = h;
    let w0 = bswap<u32>(load<u32>(data));
    let w1 = bswap<u32>(load<u32>(data, 4));
    let w2 = bswap<u32>(load<u32>(data, 8));
    let w3 = bswap<u32>(load<u32>(data, 12));
    let w4 = bswap<u32>(load<u32>(data, 16));
    let w5 = bswap<u32>(load<u32>(data, 20));
    let w6 = bswap<u32>(load<u32>(data, 24));
    let w7 = bswap<u32>(load<u32>(data, 28));
    let w8 = bswap<u32>(load<u32>(data, 32));
    let w9 = bswap<u32>(load<u32>(data, 36));
    let w10 = bswap<u32>(load<u32>(data, 40));
    let w11 = bswap<u32>(load<u32>(data, 44));
    let w12 = bswap<u32>(load<u32>(data, 48));
    let w13 = bswap<u32>(load<u32>(data, 52));
    let w14 = bswap<u32>(load<u32>(data, 56));
    let w15 = bswap<u32>(load<u32>(data, 60));
    for (let k = K; ; k += 64) {
      h = Round.first(e, f, g, h) + w0 + load<u32>(k);
      d += h;
      h += Round.second(a, b, c);
      g = Round.first(d, e, f, g) + w1 + load<u32>(k, 4);
      c += g;
      g += Round.second(h, a, b);
      f = Round.first(c, d, e, f) + w2 + load<u32>(k, 8);
      b += f;
      f += Round.second(g, h, a);
      e = Round.first(b, c, d, e) + w3 + load<u32>(k, 12);
      a += e;
      e += Round.second(f, g, h);
      d = Round.first(a, b, c, d) + w4 + load<u32>(k, 16);
      h += d;
      d += Round.second(e, f, g);
      c = Round.first(h, a, b, c) + w5 + load<u32>(k, 20);
      g += c;
      c += Round.second(d, e, f);
      b = Round.first(g, h, a, b) + w6 + load<u32>(k, 24);
      f += b;
      b += Round.second(c, d, e);
      a = Round.first(f, g, h, a) + w7 + load<u32>(k, 28);
      e += a;
      a += Round.second(b, c, d);
      h = Round.first(e, f, g, h) + w8 + load<u32>(k, 32);
      d += h;
      h += Round.second(a, b, c);
      g = Round.first(d, e, f, g) + w9 + load<u32>(k, 36);
      c += g;
      g += Round.second(h, a, b);
      f = Round.first(c, d, e, f) + w10 + load<u32>(k, 40);
      b += f;
      f += Round.second(g, h, a);
      e = Round.first(b, c, d, e) + w11 + load<u32>(k, 44);
      a += e;
      e += Round.second(f, g, h);
      d = Round.first(a, b, c, d) + w12 + load<u32>(k, 48);
      h += d;
      d += Round.second(e, f, g);
      c = Round.first(h, a, b, c) + w13 + load<u32>(k, 52);
      g += c;
      c += Round.second(d, e, f);
      b = Round.first(g, h, a, b) + w14 + load<u32>(k, 56);
      f += b;
      b += Round.second(c, d, e);
      a = Round.first(f, g, h, a) + w15 + load<u32>(k, 60);
      e += a;
      a += Round.second(b, c, d);
      if (k == K + 192) break;
      w0 = Round.schedule(w0, w1, w9, w14);
      w1 = Round.schedule(w1, w2, w10, w15);
      w2 = Round.schedule(w2, w3, w11, w0);
      w3 = Round.schedule(w3, w4, w12, w1);
      w4 = Round.schedule(w4, w5, w13, w2);
      w5 = Round.schedule(w5, w6, w14, w3);
      w6 = Round.schedule(w6, w7, w15, w4);
      w7 = Round.schedule(w7, w8, w0, w5);
      w8 = Round.schedule(w8, w9, w1, w6);
      w9 = Round.schedule(w9, w10, w2, w7);
      w10 = Round.schedule(w10, w11, w3, w8);
      w11 = Round.schedule(w11, w12, w4, w9);
      w12 = Round.schedule(w12, w13, w5, w10);
      w13 = Round.schedule(w13, w14, w6, w11);
      w14 = Round.schedule(w14, w15, w7, w12);
      w15 = Round.schedule(w15, w0, w8, w13);
    }
    a += a0;
    b += b0;
    c += c0;
    d += d0;
    e += e0;
    f += f0;
    g += g0;
    h += h0;
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
  store<u32>(state, e, 16);
  store<u32>(state, f, 20);
  store<u32>(state, g, 24);
  store<u32>(state, h, 28);
}
