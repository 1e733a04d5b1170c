/** SHA-256's compression as FIPS 180-4, 6.2.2 has it: the message schedule first, then the rounds. */
import { K } from './constants';

/** The message schedule: 64 words. */
const SCHEDULE: usize = memory.data(256, 16);

/** The functions of 4.1.2. */
class Word {
  @inline static smallSigma0(x: u32): u32 {
    return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
  }

  @inline static smallSigma1(x: u32): u32 {
    return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10);
  }

  @inline static bigSigma0(x: u32): u32 {
    return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22);
  }

  @inline static bigSigma1(x: u32): u32 {
    return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25);
  }
}

/** Compresses `blocks` blocks of 64 bytes at `data` into the eight words at `state`. */
export function compress(state: usize, data: usize, blocks: usize): void {
  for (; blocks != 0; blocks--, data += 64) {
    // 64 bytes of data, 64 words of the schedule.
    for (let t: usize = 0; t < 64; t += 4) store<u32>(SCHEDULE + t, bswap<u32>(load<u32>(data + t)));
    for (let at = SCHEDULE; at < SCHEDULE + 192; at += 4) {
      const late = Word.smallSigma1(load<u32>(at, 56)) + load<u32>(at, 36);
      store<u32>(at, late + Word.smallSigma0(load<u32>(at, 4)) + load<u32>(at), 64);
    }
    let a = load<u32>(state);
    let b = load<u32>(state, 4);
    let c = load<u32>(state, 8);
    let d = load<u32>(state, 12);
    let e = load<u32>(state, 16);
    let f = load<u32>(state, 20);
    let g = load<u32>(state, 24);
    let h = load<u32>(state, 28);
    for (let t: usize = 0; t < 256; t += 4) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const one = h + Word.bigSigma1(e) + choice + load<u32>(K + t) + load<u32>(SCHEDULE + t);
      const two = Word.bigSigma0(a) + majority;
      h = g;
      g = f;
      f = e;
      e = d + one;
      d = c;
      c = b;
      b = a;
      a = one + two;
    }
    store<u32>(state, load<u32>(state) + a);
    store<u32>(state, load<u32>(state, 4) + b, 4);
    store<u32>(state, load<u32>(state, 8) + c, 8);
    store<u32>(state, load<u32>(state, 12) + d, 12);
    store<u32>(state, load<u32>(state, 16) + e, 16);
    store<u32>(state, load<u32>(state, 20) + f, 20);
    store<u32>(state, load<u32>(state, 24) + g, 24);
    store<u32>(state, load<u32>(state, 28) + h, 28);
  }
}
