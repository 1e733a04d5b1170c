/** Where the runtimes of this machine lie. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../paths.js';

/**
 * Absolute folder of the installed runtimes: EDGE_INFER_RUNTIMES; `.runtimes` in a checkout; otherwise the
 * user's cache, as a package folder may be read-only and goes with every update.
 */
export function defaultRuntimesRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env.EDGE_INFER_RUNTIMES) return path.resolve(env.EDGE_INFER_RUNTIMES);
  const root = packageRoot();
  const isCheckout = ['scripts', 'assembly'].every((name) => existsSync(path.join(root, name)));
  if (isCheckout) return path.join(root, '.runtimes');
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'edge-infer', 'runtimes');
}
