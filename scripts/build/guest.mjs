/** AssemblyScript -> core WebAssembly modules. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import binaryen from 'binaryen';
import { packedSource, TextCensus } from './ascii.mjs';
import { CODE, DATA, DATA_COUNT, readSections, sectionBody, writeSections } from './binary.mjs';
import { packTexts } from './pack.mjs';
import { joinSegments } from './segments.mjs';
import { shortenVectors } from './vectors.mjs';

const root = path.dirname(path.dirname(import.meta.dirname));
const guest = path.join(root, 'assembly') + path.sep;

/**
 * What each module may import: whole modules, or (WASI-NN) exactly these functions.
 *
 * @type {Record<string, (module: string, name: string) => boolean>}
 */
const ALLOWED = {
  edge_kernels: () => false,
  edge_tokenizers: () => false,
  edge_postprocess: () => false,
  edge_infer: allowedInCore,
  fuzz_testing: allowedInCore,
  bench_preprocess: (module) => module === 'wasi_snapshot_preview1',
  bench_resize: (module) => module === 'wasi_snapshot_preview1',
  edge_infer_component: (module) =>
    ['wasi_snapshot_preview1', 'wasi:cli/exit@0.2.12'].includes(module) || module.startsWith('wasi:nn/'),
};

/** @param {string} module @param {string} name */
function allowedInCore(module, name) {
  return (
    module === 'wasi_snapshot_preview1' ||
    (module === 'wasi_ephemeral_nn' &&
      ['load', 'load_by_name', 'init_execution_context', 'set_input', 'compute', 'get_output'].includes(name))
  );
}

/**
 * The same kernels without SIMD: each `simd.ts` has a `scalar.ts` of the same signatures and results beside it.
 *
 * @param {string} file
 * @param {string} source
 */
function scalarSource(file, source) {
  const twin = file.replace(/simd\.ts$/, 'scalar.ts');
  if (twin === file || !existsSync(path.resolve(root, twin))) return source;
  return `export * from './${path.basename(twin, '.ts')}';\n`;
}

/**
 * asc's own output for an entry.
 *
 * @param {string} name of a file in assembly/entries
 * @param {string[]} options
 * @param {(file: string, source: string) => string} [rewrite] changes a source of the guest before it is compiled
 * @returns {Promise<Uint8Array>}
 */
export async function compile(name, options, rewrite = (_file, source) => source) {
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main(
    [
      `assembly/entries/${name}.ts`,
      ...['--outFile', 'out.wasm', '--baseDir', root, '--runtime', 'stub', '--noAssert'],
      ...['--use', 'abort=', '--use', 'ASCII_TEXT=1', ...options],
    ],
    {
      readFile(file, baseDir) {
        const full = path.resolve(baseDir, file);
        let source;
        try {
          source = readFileSync(full, 'utf8');
        } catch {
          return null;
        }
        return full.startsWith(guest) ? rewrite(file, source) : source;
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

/**
 * Compiles `assembly/entries/NAME.ts`.
 *
 * @param {string} name
 * @param {0 | 1 | 2} abi what `NN_ABI` is: 0 no graph, 1 WITX, 2 WIT
 * @param {{simd?: boolean, keepNames?: boolean, options?: string[], sources?: Record<string, string>}} [otherwise] without
 *   SIMD; for scripts/sizes.mjs: the names of functions; for tests: more options of asc, other texts for source files
 * @returns {Promise<Uint8Array>}
 */
export async function compileGuest(
  name,
  abi,
  { simd = true, keepNames = false, options: more = [], sources = {} } = {},
) {
  const debug = keepNames ? ['--debug'] : [];
  const options = ['--use', `NN_ABI=${abi}`, simd ? '--enable' : '--disable', 'simd', ...debug, ...more];
  /** @param {string} file @param {string} source */
  const text = (file, source) => sources[file] ?? (simd ? source : scalarSource(file, source));
  const census = new TextCensus();
  const unoptimised = await compile(name, options, (file, source) => census.source(file, text(file, source)));
  const packed = packTexts(census.found(unoptimised));
  const binary = await compile(
    name,
    [...options, '--optimizeLevel', '3', '--shrinkLevel', '2'],
    (file, source) => packedSource(file, text(file, source), packed),
  );
  const finished = finish(binary, simd, keepNames);
  checkImports(name, finished);
  return finished;
}

/**
 * What asc leaves: constants that are exported by accident of the language, names.
 *
 * @param {Uint8Array} binary
 * @param {boolean} simd
 * @param {boolean} keepNames
 */
function finish(binary, simd, keepNames) {
  const module = binaryen.readBinary(binary);
  try {
    for (let i = module.getNumExports() - 1; i >= 0; i--) {
      const info = binaryen.getExportInfo(module.getExportByIndex(i));
      if (info.kind === binaryen.ExternalGlobal) module.removeExport(info.name);
    }
    const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt, SIMD128 } =
      binaryen.Features;
    const always = MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt;
    module.setFeatures(simd ? always | SIMD128 : always);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(1);
    module.runPasses(['remove-unused-module-elements', 'duplicate-function-elimination']);
    module.optimize();
    // Constants of 8 bytes that a function has several times, and short indices for what is called most.
    module.runPasses(['const-hoisting', 'reorder-functions']);
    if (!keepNames) module.runPasses(['strip-debug']);
    module.runPasses(['strip-producers', 'strip-target-features']);
    binaryen.setDebugInfo(keepNames);
    return shorten(module.emitBinary());
  } finally {
    module.dispose();
  }
}

/** What binaryen leaves. @param {Uint8Array} binary */
function shorten(binary) {
  const sections = readSections(binary);
  const code = shortenVectors(sections);
  const data = joinSegments(sectionBody(sections, DATA));
  return writeSections(
    sections
      // The count of segments is for memory.init, which the guest does not use.
      .filter(({ id }) => id !== DATA_COUNT)
      .map(({ id, body }) => ({ id, body: id === CODE ? code : id === DATA ? data : body })),
  );
}

/** @param {string} name @param {Uint8Array} binary */
function checkImports(name, binary) {
  const allowed = ALLOWED[name];
  for (const entry of WebAssembly.Module.imports(
    new WebAssembly.Module(/** @type {BufferSource} */ (binary)),
  )) {
    if (!allowed?.(entry.module, entry.name))
      throw new Error(`${name} must not import ${entry.module} ${entry.name}`);
  }
}
