/**
 * Entry of the benchmark: the resize stage as a WASI command, to be run where a rival's WebAssembly runs.
 *
 * Standard input: eight i32 (profile, filter, antialias, source width and height, width and height wanted, runs), then
 * RGB pixels. Standard output: a u64 of nanoseconds a run, then the RGB pixels of the last one.
 */

import { demand, nanoseconds, readAll, writeAll } from '../bench/command';
import { resizePicture } from '../bench/resize';
import { arenaAlloc } from '../memory/arena';

const HEAD: usize = memory.data(32, 8);

export function _start(): void {
  readAll(HEAD, 32);
  const srcW = load<i32>(HEAD, 12);
  const srcH = load<i32>(HEAD, 16);
  const dstW = load<i32>(HEAD, 20);
  const dstH = load<i32>(HEAD, 24);
  const runs = load<i32>(HEAD, 28);
  const src = arenaAlloc(<usize>(srcW * srcH * 3));
  const dst = arenaAlloc(<usize>(dstW * dstH * 3));
  const times = arenaAlloc((<usize>runs) << 3);
  demand(src != 0 && dst != 0 && times != 0);
  readAll(src, <usize>(srcW * srcH * 3));
  const profile = load<i32>(HEAD);
  const filter = load<i32>(HEAD, 4);
  const antialias = load<i32>(HEAD, 8) != 0;
  for (let i = 0; i < runs; i++) {
    const start = nanoseconds();
    const status = resizePicture(profile, filter, antialias, 3, src, srcW, srcH, dst, dstW, dstH);
    store<u64>(times + ((<usize>i) << 3), nanoseconds() - start);
    demand(status == 0);
  }
  writeAll(times, (<usize>runs) << 3);
  writeAll(dst, <usize>(dstW * dstH * 3));
}
