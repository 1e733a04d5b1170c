/** One installation at a time in a runtimes folder. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isSystemError } from '../../errors.js';

const POLL_MS = 1_000;

/** Runs `body` while no other process installs into `root`; waits for one that does. */
export async function withInstallLock<T>(
  root: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
  body: () => Promise<T>,
): Promise<T> {
  const file = path.join(root, 'install.lock');
  mkdirSync(root, { recursive: true });
  let told = false;
  while (!take(file)) {
    if (!told) onWait();
    told = true;
    await wait(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
  try {
    return await body();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
    if (!isHeld(file)) rmSync(file, { force: true });
    return false;
  }
}

function isHeld(file: string): boolean {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    if (!(holder > 0)) return false;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // Another user's process is alive too.
    return isSystemError(error) && error.code === 'EPERM';
  }
}
