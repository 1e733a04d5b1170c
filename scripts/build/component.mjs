/** Core module -> WASI component -> its form for Node. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import binaryen from 'binaryen';

const root = path.dirname(path.dirname(import.meta.dirname));
// Of jco itself only the adapter is used: its API pulls in a bundler and two JavaScript engines (package.json overrides them).
const ADAPTER = new URL(
  '../lib/wasi_snapshot_preview1.command.wasm',
  import.meta.resolve('@bytecodealliance/jco'),
);
const INTERFACE = 'edge:infer/infer@0.1.0';

/** Exports of the core module, AssemblyScript's names to those of the canonical ABI. */
const CANONICAL = {
  component_classify: 'classify',
  component_detect: 'detect',
  component_segment: 'segment',
  component_embed: 'embed',
  component_preprocess: 'preprocess',
  component_softmax: 'softmax',
  component_top_k: 'top-k',
  component_dequantize: 'dequantize',
};

/** @param {Uint8Array} core */
export async function buildComponent(core) {
  const witSource = readFileSync(path.join(root, 'assembly', 'wit', 'world.wit'), 'utf8');
  const embedded = await componentEmbed({
    binary: renameExports(core),
    witSource,
    world: 'edge-infer',
    stringEncoding: 'utf8',
    metadata: [],
    features: { tag: 'all' },
  });
  const adapter = new Uint8Array(readFileSync(fileURLToPath(ADAPTER)));
  return componentNew(embedded, [['wasi_snapshot_preview1', adapter]]);
}

/** @param {Uint8Array} core */
function renameExports(core) {
  const module = binaryen.readBinary(core);
  module.setFeatures(binaryen.Features.All);
  try {
    for (const [name, canonical] of Object.entries(CANONICAL)) {
      const { value } = binaryen.getExportInfo(module.getExport(name));
      module.removeExport(name);
      module.addFunctionExport(value, `${INTERFACE}#${canonical}`);
      const release = binaryen.getExportInfo(module.getExport('component_release')).value;
      module.addFunctionExport(release, `cabi_post_${INTERFACE}#${canonical}`);
    }
    module.removeExport('component_release');
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/**
 * The component for Node: `instantiate(getCoreModule, imports)`, synchronous.
 *
 * @param {Uint8Array} component
 */
export async function transpileComponent(component) {
  const { files } = await transpileBytes(component, {
    name: 'edge_infer',
    instantiation: 'sync',
    asyncMode: 'sync',
    wasiShim: false,
    // An error of a typed call is thrown as an Error with `payload`.
    noComponentErrorWrapping: false,
  });
  return files;
}
