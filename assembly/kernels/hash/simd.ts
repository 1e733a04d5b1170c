/** SHA-256's compression with the message schedule in vectors of four words. */
import { K } from './constants';

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
 * Compresses `blocks` blocks of 64 bytes at `data` into the eight words at `state`: four rounds a turn, while the vector unit makes the words that are due in
 * four turns. So the schedule costs next to nothing.
 */
export function compress(state: usize, data: usize, blocks: usize): void {
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
