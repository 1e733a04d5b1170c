/**
 * Makes a model package with the plug-in around the built-in model:
 *
 *   node examples/plugin/build.mjs ./my-model
 *   npx edge-infer classify photo.jpg --model ./my-model
 */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = process.argv[2] ?? './plugin-model';
const MEMORY_PAGES = 256; // of 64 KiB: 16 MiB

cpSync(here('../../models/cifar10'), folder, { recursive: true });
const { error, stderr } = await asc.main([
  here('plugin.ts'),
  ...['--baseDir', here('.'), '--outFile', `${folder}/plugin.wasm`, '-O3', '--runtime', 'minimal'],
  // Nothing may be imported but what edge-infer gives, and the memory must have an end.
  ...['--use', 'abort=', '--maximumMemory', String(MEMORY_PAGES)],
]);
if (error !== null) {
  process.stderr.write(stderr.toString());
  process.exit(1);
}

const bytes = readFileSync(`${folder}/plugin.wasm`);
const plugin = {
  path: 'plugin.wasm',
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.byteLength,
  abi: 1,
  limits: { memory_bytes: MEMORY_PAGES * 65536, ms: 500 },
};
const card = JSON.parse(readFileSync(`${folder}/model.json`, 'utf8'));
card.name = 'cifar10-with-plugin';
card.input.plugin = plugin;
card.output.plugin = plugin;
writeFileSync(`${folder}/model.json`, JSON.stringify(card, null, 2));
