/**
 * The artifacts compile ahead of time in WasmEdge: its compiler crashes on some vector code that is valid, and the module
 * then runs in the interpreter, 70 times slower, with only a warning.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { artifact } from '../../host/runtimes/artifacts.js';
import type { InstallableName } from '../../host/runtimes/install/manifest.js';
import { readManifest } from '../../host/runtimes/install/manifest.js';
import { compileNative, nativeTool } from '../../host/runtimes/native.js';
import { MACHINE_TOOLS } from '../../scripts/machine/paths.js';
import { type Requirement, testWith } from '../support/requirements.js';
import { withScratch } from '../support/scratch.js';

const installed =
  (name: InstallableName): Requirement<InstallableName> =>
  () =>
    readManifest(MACHINE_TOOLS)[name] === undefined
      ? { missing: `needs ${name}: npm run runtimes -- ${name}` }
      : { value: name };

for (const name of ['wasmedge', 'wasmedge-0.14'] as const) {
  for (const which of ['core', 'kernels'] as const) {
    testWith(`${name} compiles the ${which} module`, { runtime: installed(name) }, ({ runtime }) =>
      withScratch(async (folder) => {
        const output = join(folder, 'compiled.so');
        const code = await compileNative(nativeTool(runtime), [artifact(which), output], undefined);
        assert.equal(code, 0, 'the compiler failed: the interpreter would run instead');
        assert.ok(existsSync(output));
      }),
    );
  }
}
