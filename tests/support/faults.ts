/** Values of `top` that tests/support/faulty_worker.ts takes for orders. */
import { createEngineWith } from '../../host/engine/engine.js';
import type { EngineOptions } from '../../host/index.js';

/** What can be ordered; `sleep + n` sleeps n milliseconds and then answers. */
export const FAULTS = { trap: 500_001, loop: 500_002, exit: 500_003, heap: 500_004, sleep: 600_000 } as const;

/** An engine whose workers take orders. */
export const faultyEngine = (options: EngineOptions) =>
  createEngineWith(options, new URL('./faulty_worker.js', import.meta.url));
