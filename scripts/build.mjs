/**
 * Builds everything that is not committed: the host (tsc), the three artifacts of the guest, the Node form of the
 * component. `--if-needed` does nothing when no input has changed since the last good build.
 *
 * This file is JavaScript because it makes everything else.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildAdapter } from './build/adapter.mjs';
import { compileCardValidator } from './build/card_validator.mjs';
import { buildComponent, transpileComponent } from './build/component.mjs';
import { buildConformance } from './build/conformance.mjs';
import { compileGuest } from './build/guest.mjs';
import { hashInputs } from './build/inputs.mjs';

const root = path.dirname(import.meta.dirname);
const wasm = path.join(root, 'dist', 'wasm');

const started = Date.now();
const ifNeeded = process.argv.includes('--if-needed');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);

/** One line of progress. @param {string} text */
function progress(text) {
  process.stderr.write(`build: ${text} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
}

/** @param {string} file */
function stored(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function buildHost() {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: root });
  const validator = path.join(root, 'dist', 'host', 'models', 'card_validator.cjs');
  writeFileSync(validator, compileCardValidator(root));
  progress('host compiled');
}

/** The picture that is classified when no other is given. */
async function drawSample() {
  const file = path.join(root, 'dist', 'sample', 'airplane.png');
  await promisify(execFile)(process.execPath, [path.join(import.meta.dirname, 'draw_sample.mjs'), file]);
}

/** @param {string} name @param {number} bytes */
function made(name, bytes) {
  progress(`${name}, ${(bytes / 1024).toFixed(1)} KiB`);
}

/** What edge_kernels.wasm has no use for is left out of the card's reader. */
const CLASSIFY_ONLY = ['--use', 'CLASSIFY_ONLY=1'];

async function buildGuest() {
  mkdirSync(wasm, { recursive: true });
  const core = await compileGuest('edge_infer', 1);
  writeFileSync(path.join(wasm, 'edge_infer.wasm'), core);
  made('dist/wasm/edge_infer.wasm', core.length);
  const kernels = await compileGuest('edge_kernels', 0, { options: CLASSIFY_ONLY });
  writeFileSync(path.join(wasm, 'edge_kernels.wasm'), kernels);
  made('dist/wasm/edge_kernels.wasm', kernels.length);
  const scalar = await compileGuest('edge_kernels', 0, { simd: false, options: CLASSIFY_ONLY });
  writeFileSync(path.join(wasm, 'edge_kernels_scalar.wasm'), scalar);
  made('dist/wasm/edge_kernels_scalar.wasm', scalar.length);
  const tokenizers = await compileGuest('edge_tokenizers', 0);
  writeFileSync(path.join(wasm, 'edge_tokenizers.wasm'), tokenizers);
  made('dist/wasm/edge_tokenizers.wasm', tokenizers.length);
  const postprocess = await compileGuest('edge_postprocess', 0);
  writeFileSync(path.join(wasm, 'edge_postprocess.wasm'), postprocess);
  made('dist/wasm/edge_postprocess.wasm', postprocess.length);
  const component = await buildComponent(await compileGuest('edge_infer_component', 2));
  writeFileSync(path.join(wasm, 'edge_infer.component.wasm'), component);
  made('dist/wasm/edge_infer.component.wasm', component.length);
  const adapter = await buildAdapter();
  writeFileSync(path.join(wasm, 'nn_adapter.wasm'), adapter);
  made('dist/wasm/nn_adapter.wasm', adapter.length);
  const folder = path.join(root, 'dist', 'component');
  rmSync(folder, { recursive: true, force: true });
  const files = await transpileComponent(component);
  for (const [name, bytes] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  progress('dist/component made for Node');
}

async function buildSuite() {
  const count = await buildConformance(await buildAdapter());
  progress(`dist/conformance, ${count} guests`);
}

/**
 * Builds one part unless it is as it was.
 *
 * @param {Parameters<typeof hashInputs>[1]} name
 * @param {() => Promise<void>} build
 */
async function part(name, build) {
  if (only !== undefined && only !== name) return;
  const stamp = path.join(root, 'dist', `.${name}`);
  const hash = hashInputs(root, name);
  if (ifNeeded && stored(stamp) === hash) return;
  rmSync(stamp, { force: true });
  await build();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

try {
  await Promise.all([
    part('host', buildHost),
    part('sample', drawSample),
    part('guest', buildGuest),
    part('conformance', buildSuite),
  ]);
} catch (error) {
  const { stdout, stderr, message } = /** @type {Error & {stdout?: string, stderr?: string}} */ (error);
  process.stderr.write(`${stdout || ''}${stderr || ''}${stdout || stderr ? '' : `${message}\n`}`);
  process.stderr.write('error: the build failed\n');
  process.exit(1);
}
