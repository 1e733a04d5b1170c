/** Test data for kernels: a seeded generator, hard f32 values, blocks of memory, comparison. */

import { arenaAlloc } from '../../../assembly/memory/arena';

let state: u32 = 1;

export function seed(value: u32): void {
  state = value;
}

/** 0 .. below - 1. */
export function random(below: u32): u32 {
  state = state * 1664525 + 1013904223;
  return <u32>((<u64>state * <u64>below) >> 32);
}

/** A block of `bytes` random bytes, `offset` bytes past alignment. */
export function randomBytes(bytes: i32, offset: i32 = 0): usize {
  const block = arenaAlloc(bytes + offset + 64) + offset;
  for (let i = 0; i < bytes; i++) store<u8>(block + i, random(256));
  return block;
}

/** A block of `bytes` bytes filled with a mark, with room behind. */
export function marked(bytes: i32, offset: i32 = 0): usize {
  const block = arenaAlloc(bytes + offset + 64) + offset;
  memory.fill(block, 0xa5, bytes + 48);
  return block;
}

/** One f32 of many kinds: small, large, any bits, subnormal, zero, infinite, NaN. */
export function hardFloat(): f32 {
  const kind = random(16);
  if (kind < 8) return (<f32>random(2000001) - 1000000) / <f32>10000;
  if (kind == 8) return reinterpret<f32>(random(0xffff_ffff));
  if (kind == 9) return reinterpret<f32>(random(0x0080_0000) | (random(2) << 31));
  if (kind == 10) return random(2) != 0 ? <f32>Infinity : <f32>-Infinity;
  if (kind == 11) return reinterpret<f32>(0x7fc0_0000);
  if (kind == 12) return random(2) != 0 ? <f32>0 : reinterpret<f32>(0x8000_0000);
  if (kind == 13) return (<f32>random(601) - 300) / 2;
  if (kind == 14) return <f32>random(10) * reinterpret<f32>(0x3380_0000);
  return <f32>random(1000) * 1e30;
}

/** n hard f32, `offset` bytes past alignment. */
export function hardFloats(n: i32, offset: i32 = 0): usize {
  const block = arenaAlloc((n << 2) + offset + 64) + offset;
  for (let i = 0; i < n; i++) store<f32>(block + (i << 2), hardFloat());
  return block;
}

/** n f32 between -range and range. */
export function softFloats(n: i32, range: f32): usize {
  const block = arenaAlloc((n << 2) + 64);
  for (let i = 0; i < n; i++)
    store<f32>(block + (i << 2), ((<f32>random(2000001) - 1000000) / 1000000) * range);
  return block;
}

/** Place of the first differing byte, -1 when all are equal. */
export function difference(a: usize, b: usize, bytes: i32): i32 {
  for (let i = 0; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return i;
  return -1;
}

/** As difference for f32, where NaN equals NaN whatever its bits. */
export function floatDifference(a: usize, b: usize, n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(a + (i << 2));
    const y = load<f32>(b + (i << 2));
    if (reinterpret<u32>(x) != reinterpret<u32>(y) && (x == x || y == y)) return i;
  }
  return -1;
}
