/** The adapter `wasi_ephemeral_nn` -> `wasi:nn` that wit-component links into other people's guests. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { componentEmbed } from '@bytecodealliance/jco-transpile/wasm-tools';
import binaryen from 'binaryen';
import { compile } from './guest.mjs';

const root = path.dirname(path.dirname(import.meta.dirname));

/** @returns {Promise<Uint8Array>} the core module with its WIT world in a custom section */
export async function buildAdapter() {
  const options = ['--importMemory', '--optimizeLevel', '3', '--shrinkLevel', '2'];
  const module = binaryen.readBinary(await compile('nn_adapter', options));
  try {
    module.setFeatures(binaryen.Features.All);
    for (let i = module.getNumExports() - 1; i >= 0; i--) {
      const { name, kind, value } = binaryen.getExportInfo(module.getExportByIndex(i));
      if (kind !== binaryen.ExternalFunction) module.removeExport(name);
      // `load` is a word of AssemblyScript.
      if (name !== 'load_graph') continue;
      module.removeExport(name);
      module.addFunctionExport(value, 'load');
    }
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(2);
    module.runPasses(['remove-unused-module-elements']);
    module.optimize();
    if (module.getNumDataSegments() > 0) throw new Error('an adapter must have no data');
    module.runPasses(['strip-debug', 'strip-producers', 'strip-target-features']);
    return await componentEmbed({
      binary: module.emitBinary(),
      witSource: readFileSync(path.join(root, 'assembly', 'wit', 'world.wit'), 'utf8'),
      world: 'nn-adapter',
      stringEncoding: 'utf8',
      metadata: [],
      features: { tag: 'all' },
    });
  } finally {
    module.dispose();
  }
}
