/** SHA-256's compression of `size` blocks. */
import type { KernelPair } from '../kernel_pairs.js';

export const hashPairs: readonly KernelPair[] = [
  {
    name: 'sha256Compress',
    sizes: [0, 1, 2, 3, 40],
    run(form, blocks) {
      const state = form.output(form.randomBytes(32));
      form.call('sha256Compress', state, form.place(form.randomBytes(blocks * 64)), blocks);
      return form.read(state, 32);
    },
  },
];
