/**
 * Rivals that npm has. They are no dependencies of the package: they are installed beside the runtimes, with pinned
 * versions, when a case first asks for them.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../host/errors.js';
import { NotHad } from './case.js';
import type { BenchMachine } from './machine.js';

const DEPENDENCIES = { '@huggingface/transformers': '4.3.1', 'onnxruntime-node': '1.30.0', sharp: '0.35.5' };

/** Folder with a node_modules of all of them. */
export async function prepareNodeRivals(machine: BenchMachine): Promise<string> {
  const folder = machine.folder('node');
  const manifest = join(folder, 'package.json');
  const wanted = `${JSON.stringify({ private: true, dependencies: DEPENDENCIES }, null, 2)}\n`;
  const done = join(folder, '.done');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return folder;
  writeFileSync(manifest, wanted);
  machine.say('installing sharp, onnxruntime-node and @huggingface/transformers ...');
  try {
    // Without scripts: onnxruntime-node's looks for CUDA on the network, the others need none.
    await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      maxBuffer: 1 << 24,
    });
  } catch (cause) {
    throw new NotHad(`npm cannot install it: ${messageOf(cause).slice(0, 200)}`);
  }
  writeFileSync(done, wanted);
  return folder;
}
