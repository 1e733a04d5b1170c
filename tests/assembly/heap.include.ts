/**
 * Compiled into every spec (as-pect.config.js): makes AssemblyScript's runtime set up its heap before the first test
 * runs. Set up later, it would take the pages that the arena (assembly/memory/arena.ts) already owns for its own.
 */
export const heapFirst = new ArrayBuffer(1);
