/**
 * Entry of the benchmark: whole preprocessing as a WASI command, for every runtime in the same way.
 *
 * Standard input: u32 runs, u32 pictures, u32 bytes of the card, a u32 of bytes a picture; then the card and the
 * pictures. Standard output: a u64 of nanoseconds a run over all pictures, then the tensors of the last one.
 */

import { answer } from '../answer';
import { demand, nanoseconds, readAll, writeAll } from '../bench/command';
import { tensorBytes } from '../card/plan';
import { tensorFromEncoded } from '../pipeline';
import { callBegin, callEnd } from '../reactor/results';
import { edge_alloc, edge_open_card } from './edge_kernels';

const HEAD: usize = memory.data(12, 4);

export function _start(): void {
  readAll(HEAD, 12);
  const runs = load<u32>(HEAD);
  const pictures = load<u32>(HEAD, 4);
  const cardBytes = <usize>load<u32>(HEAD, 8);
  const lengths = edge_alloc((<usize>pictures) << 2);
  const card = edge_alloc(cardBytes);
  const times = edge_alloc((<usize>runs) << 3);
  demand(lengths != 0 && card != 0 && times != 0);
  readAll(lengths, (<usize>pictures) << 2);
  readAll(card, cardBytes);
  // The first field of a result is its status.
  demand(load<i32>(edge_open_card(card, cardBytes, 0, 0)) == 0);
  let bytes: usize = 0;
  for (let i: usize = 0; i < <usize>pictures; i++) bytes += <usize>load<u32>(lengths + (i << 2));
  const files = edge_alloc(bytes);
  const tensors = edge_alloc(<usize>pictures * tensorBytes());
  demand(files != 0 && tensors != 0);
  readAll(files, bytes);
  for (let run: usize = 0; run < <usize>runs; run++) {
    let spent: u64 = 0;
    let file = files;
    for (let i: usize = 0; i < <usize>pictures; i++) {
      const length = <usize>load<u32>(lengths + (i << 2));
      const start = nanoseconds();
      callBegin();
      const status = tensorFromEncoded(file, length);
      callEnd();
      spent += nanoseconds() - start;
      demand(status == 0);
      memory.copy(tensors + i * tensorBytes(), answer.tensor, tensorBytes());
      file += length;
    }
    store<u64>(times + (run << 3), spent);
  }
  writeAll(times, (<usize>runs) << 3);
  writeAll(tensors, <usize>pictures * tensorBytes());
}
