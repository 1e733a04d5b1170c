import { arenaAlloc } from '../../assembly/memory/arena';
import {
  INTEGER_I16,
  INTEGER_I32,
  INTEGER_I8,
  INTEGER_U8,
  dequantizeChannels,
  dequantizeProducts,
  integerBytes,
  quantize,
  quantizeChannels,
  requantize,
  requantizeChannels,
} from '../../assembly/kernels/quantize';
import { random, randomBytes, seed, softFloats } from './support/data';

/** What an element of a tensor [outer][channels][inner] belongs to. */
function channelOf(i: i32, channels: i32, inner: i32): i32 {
  return (i / inner) % channels;
}

function rounded(x: f64, low: f64, high: f64): i32 {
  return <i32>max(low, min(high, nearest(x)));
}

function integerAt(integer: i32, at: usize): i32 {
  if (integer == INTEGER_U8) return load<u8>(at);
  if (integer == INTEGER_I8) return load<i8>(at);
  return integer == INTEGER_I16 ? load<i16>(at) : load<i32>(at);
}

const LOWEST: StaticArray<f64> = [0, -128, -32768];
const HIGHEST: StaticArray<f64> = [255, 127, 32767];

describe('number formats', () => {
  it('quantise: half to even, saturation, NaN', () => {
    const src = arenaAlloc(64);
    const values: StaticArray<f32> = [
      0.5,
      1.5,
      2.5,
      -0.5,
      -1.5,
      1e30,
      -1e30,
      <f32>Infinity,
      <f32>-Infinity,
      <f32>NaN,
    ];
    const wanted: StaticArray<u8> = [10, 12, 12, 10, 8, 255, 0, 255, 0, 10];
    for (let i = 0; i < 10; i++) store<f32>(src + (i << 2), values[i]);
    const dst = arenaAlloc(16);
    quantize(INTEGER_U8, src, 10, 1, 10, dst);
    for (let i = 0; i < 10; i++) expect(load<u8>(dst + i)).toBe(wanted[i]);
  });

  it('per channel: every axis, every type, there and back', () => {
    seed(32);
    for (let round = 0; round < 120; round++) {
      const integer = round % 4;
      const outer = 1 + <i32>random(4);
      const channels = 1 + <i32>random(5);
      const inner = round % 3 == 0 ? 1 : 1 + <i32>random(40);
      const n = outer * channels * inner;
      const scales = arenaAlloc(channels * 4);
      const zeros = arenaAlloc(channels * 4);
      for (let c = 0; c < channels; c++) {
        store<f32>(scales + (c << 2), <f32>(<u32>1 + random(50)) / 64);
        store<i32>(zeros + (c << 2), <i32>random(90));
      }
      const bytes = <i32>integerBytes(integer);
      const real = arenaAlloc(n * 4);
      const back = arenaAlloc(n * 4);
      const src = randomBytes(bytes * n);
      dequantizeChannels(integer, src, outer, channels, inner, scales, round & 1 ? zeros : 0, real);
      for (let i = 0; i < n; i++) {
        const at = channelOf(i, channels, inner) << 2;
        const q = integerAt(integer, src + i * bytes) - (round & 1 ? load<i32>(zeros + at) : 0);
        assert(load<f32>(real + (i << 2)) == <f32>q * load<f32>(scales + at));
      }
      if (integer == INTEGER_I32) continue;
      // Powers of two times small numbers: nothing is lost on the way.
      quantizeChannels(integer, real, outer, channels, inner, scales, round & 1 ? zeros : 0, back);
      for (let i = 0; i < bytes * n; i++) assert(load<u8>(back + i) == load<u8>(src + i));
      const wide = softFloats(n, 4000);
      quantizeChannels(integer, wide, outer, channels, inner, scales, zeros, back);
      for (let i = 0; i < n; i++) {
        const at = channelOf(i, channels, inner) << 2;
        const steps = <f64>(load<f32>(wide + (i << 2)) / load<f32>(scales + at));
        const q = rounded(nearest(steps) + load<i32>(zeros + at), LOWEST[integer], HIGHEST[integer]);
        assert(integerAt(integer, back + i * bytes) == q);
      }
    }
  });

  it('accumulators: products per channel, requantised half to even with saturation', () => {
    seed(33);
    for (let round = 0; round < 100; round++) {
      const outer = 1 + <i32>random(3);
      const channels = 1 + <i32>random(40);
      const inner = round & 1 ? 1 : 1 + <i32>random(40);
      const n = outer * channels * inner;
      const scales = arenaAlloc(channels * 4);
      for (let c = 0; c < channels; c++) store<f32>(scales + (c << 2), <f32>(<u32>1 + random(50)) / 6400);
      const src = arenaAlloc(n * 4);
      for (let i = 0; i < n; i++) store<i32>(src + (i << 2), <i32>random(80000) - 40000);
      const real = arenaAlloc(n * 4);
      const bytes = arenaAlloc(n);
      dequantizeProducts(src, outer, channels, inner, 0.37, scales, real);
      const integer = round % 4 < 2 ? INTEGER_U8 : INTEGER_I8;
      const zero = <i32>random(100);
      requantizeChannels(integer, src, outer, channels, inner, scales, zero, bytes);
      for (let i = 0; i < n; i++) {
        const q = <f32>load<i32>(src + (i << 2));
        const scale = load<f32>(scales + (channelOf(i, channels, inner) << 2));
        assert(load<f32>(real + (i << 2)) == q * (<f32>0.37 * scale));
        const wanted = rounded(nearest(<f64>(q * scale)) + zero, LOWEST[integer], HIGHEST[integer]);
        assert(integerAt(integer, bytes + i) == wanted);
      }
    }
    const five: StaticArray<i32> = [1, 3, 5, -1, -3];
    const wanted: StaticArray<i32> = [0, 2, 2, 0, -2];
    const src = changetype<usize>(five);
    const dst = arenaAlloc(16);
    requantize(INTEGER_I8, src, 5, 0.5, 0, dst);
    for (let i = 0; i < 5; i++) expect(<i32>load<i8>(dst + i)).toBe(wanted[i]);
  });
});
