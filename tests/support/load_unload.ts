/** A process of its own: loads, runs and unloads the model named by its argument, and prints its memory at two times. */
import { readFileSync } from 'node:fs';
import { must, RawGuest } from './raw_guest.js';

const [file = '', cycles = '1000', early = '50'] = process.argv.slice(2);
const guest = new RawGuest({ inputs: 'view' });
const builder = guest.builder(readFileSync(file));
const shape = [1, 3, 224, 224];
const bytes = 4 * 3 * 224 * 224;
const tensor = guest.tensor(1, shape, guest.alloc(bytes), bytes);
const [out, answer] = [guest.alloc(4), guest.alloc(4000)];
let after = 0;
for (let i = 1; i <= Number(cycles); i++) {
  must(guest.call('load', builder, 1, 1, 0, out), guest.nn);
  const graph = guest.view.getUint32(out, true);
  must(guest.call('init_execution_context', graph, out), guest.nn);
  const context = guest.view.getUint32(out, true);
  if (i % 10 === 0) {
    must(guest.call('set_input', context, 0, tensor), guest.nn);
    must(guest.call('compute', context), guest.nn);
    must(guest.call('get_output', context, 0, answer, 4000, out), guest.nn);
  }
  must(guest.call('finalize_execution_context', context), guest.nn);
  must(guest.call('unload', graph), guest.nn);
  if (i === Number(early)) after = process.memoryUsage.rss();
}
process.stdout.write(JSON.stringify({ after, end: process.memoryUsage.rss(), stats: guest.nn.stats() }));
