/** One input, looked at closely: for a finding that is to be understood. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Wasm } from '../../host/wasm.js';
import { compileFuzzed, type Finding, FuzzGuest } from './guest.js';
import { writeModels } from './models.js';
import type { Outcome } from './target.js';
import { targetsOf } from './targets/index.js';

/** Runs one file on a fresh instance; a file without end is without end here, too. */
export async function fuzzOne(targetName: string, file: Uint8Array): Promise<Outcome | Finding> {
  const [target] = targetsOf([targetName]);
  const folder = mkdtempSync(join(tmpdir(), 'edge-infer-fuzz-'));
  writeModels(folder);
  try {
    const guest = await FuzzGuest.create(await Wasm.compile(await compileFuzzed()), folder);
    return guest.run(target!, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
