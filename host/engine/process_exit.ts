/** What must be done before the process may end, behind one listener for all engines. */

const pending = new Set<() => void>();

function runAll(): void {
  for (const callback of pending) callback();
}

/** Calls `callback` when the process ends; gives the function that forgets it. */
export function atProcessExit(callback: () => void): () => void {
  if (pending.size === 0) process.on('exit', runAll);
  pending.add(callback);
  return () => {
    pending.delete(callback);
    if (pending.size === 0) process.off('exit', runAll);
  };
}
