/**
 * edge_infer.wasm: a WASI preview 1 command (`_start`) that is also a reactor. See docs/abi.md.
 */

import { runCommand } from '../commands/main';
import { proc_exit } from '../wasi/imports';

export {
  edge_alloc,
  edge_classify,
  edge_detect,
  edge_embed,
  edge_infer,
  edge_preprocess,
  edge_reset,
  edge_segment,
} from '../reactor/exports';

/** The command line. */
export function _start(): void {
  const exit = runCommand();
  if (exit != 0) proc_exit(exit);
}
