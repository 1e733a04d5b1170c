/**
 * The guests of the conformance suite: tests/conformance/guests/*.ts, one behaviour each, as core modules and, through the
 * adapter, as components; tests/conformance/guests_wit/*.ts as components that call `wasi:nn` themselves.
 *
 * All guests of a folder are compiled as one program, from which each is cut out: the compiler starts twice, not fifty times.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import asc from 'assemblyscript/asc';
import binaryen from 'binaryen';

const root = path.dirname(path.dirname(import.meta.dirname));
const PREVIEW1 = new URL(
  '../lib/wasi_snapshot_preview1.command.wasm',
  import.meta.resolve('@bytecodealliance/jco'),
);
/** Files of a folder that are parts of guests. */
const SHARED = /^(nn|print|imports.*)\.ts$/;

/** @param {string} folder @returns {string[]} */
function guestsIn(folder) {
  return readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.ts') && !SHARED.test(name))
    .map((name) => name.slice(0, -3))
    .sort();
}

/**
 * All guests of a folder as one module that exports each under its name.
 *
 * @param {string} folder @param {string[]} names
 */
async function compileAll(folder, names) {
  const all = `${folder}/all_guests.ts`;
  const source = names.map((name) => `export { _start as ${name} } from './${name}';`).join('\n');
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main(
    [all, '--outFile', 'out.wasm', '--baseDir', root, '--runtime', 'stub', '--use', 'abort=', '-O'],
    {
      readFile(file, baseDir) {
        if (file === all)
          return source + (folder.endsWith('_wit') ? "\nexport { cabi_realloc } from './nn';" : '');
        try {
          return readFileSync(path.resolve(baseDir, file), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile(file, contents) {
        if (file.endsWith('.wasm')) binary = /** @type {Uint8Array} */ (contents);
      },
    },
  );
  if (error !== null || binary === undefined)
    throw new Error(`${stderr.toString()}\n${error?.message ?? ''}`);
  return binary;
}

/** One guest of {@link compileAll}'s module. @param {Uint8Array} all @param {string} name */
function cutOut(all, name) {
  const module = binaryen.readBinary(all);
  try {
    module.setFeatures(binaryen.Features.All);
    for (let i = module.getNumExports() - 1; i >= 0; i--) {
      const info = binaryen.getExportInfo(module.getExportByIndex(i));
      if (['memory', 'cabi_realloc'].includes(info.name)) continue;
      module.removeExport(info.name);
      if (info.name === name) module.addFunctionExport(info.value, '_start');
    }
    module.runPasses([
      'remove-unused-module-elements',
      'strip-debug',
      'strip-producers',
      'strip-target-features',
    ]);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/**
 * Makes `dist/conformance/core/*.wasm` and `dist/conformance/component/*.wasm`.
 *
 * @param {Uint8Array} adapter of build/adapter.mjs
 * @returns {Promise<number>} how many guests there are
 */
export async function buildConformance(adapter) {
  const out = path.join(root, 'dist', 'conformance');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(path.join(out, 'core'), { recursive: true });
  mkdirSync(path.join(out, 'component'), { recursive: true });
  const preview1 = new Uint8Array(readFileSync(fileURLToPath(PREVIEW1)));
  const witSource = readFileSync(path.join(root, 'assembly', 'wit', 'world.wit'), 'utf8');
  const core = 'tests/conformance/guests';
  const names = guestsIn(core);
  const all = await compileAll(core, names);
  for (const name of names) {
    const module = cutOut(all, name);
    writeFileSync(path.join(out, 'core', `${name}.wasm`), module);
    const component = await componentNew(module, [
      ['wasi_snapshot_preview1', preview1],
      ['wasi_ephemeral_nn', adapter],
    ]);
    writeFileSync(path.join(out, 'component', `${name}.wasm`), component);
  }
  const wit = `${core}_wit`;
  const typed = guestsIn(wit);
  const allTyped = await compileAll(wit, typed);
  for (const name of typed) {
    const binary = await componentEmbed({
      binary: cutOut(allTyped, name),
      witSource,
      world: 'nn-adapter',
      stringEncoding: 'utf8',
      metadata: [],
      features: { tag: 'all' },
    });
    const component = await componentNew(binary, [['wasi_snapshot_preview1', preview1]]);
    writeFileSync(path.join(out, 'component', `${name}.wasm`), component);
  }
  return names.length + typed.length;
}
