/** WasmEdge out of another Debian suite, with all that it needs down to the C library, and our plug-in. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../../errors.js';
import { run } from './command.js';
import type { InstallContext } from './context.js';
import { hashInputs, type InstalledRuntime } from './manifest.js';
import { installOnnxRuntime, onnxRuntimeVersion } from './onnxruntime.js';
import { installPlugin, pluginInputs } from './plugin.js';

/** A WasmEdge: the newest that Debian has, or the one of a stable suite. */
export type WasmedgeName = 'wasmedge' | 'wasmedge-0.14';

/** The newest is whatever sid has on the day of the installation; the other one stays as it is. */
const SUITES: Readonly<Record<WasmedgeName, string>> = { wasmedge: 'sid', 'wasmedge-0.14': 'trixie' };

/** Hash of what this WasmEdge is made from; `--force` gets a newer one from sid. */
export function wasmedgeInputs(context: InstallContext, name: WasmedgeName): string {
  return hashInputs([name, SUITES[name], process.arch, onnxRuntimeVersion(), pluginInputs(context)]);
}

/** Gets WasmEdge (about 45 MB) and compiles the plug-in. */
export async function installWasmedge(
  context: InstallContext,
  name: WasmedgeName,
): Promise<InstalledRuntime> {
  const onnxruntime = installOnnxRuntime(context);
  const plugin = await installPlugin(context, false);
  const folder = await packages(context, name);
  const loader = findLoader(folder);
  const libraries = path.dirname(loader);
  const command = [loader, '--library-path', libraries, path.join(folder, 'usr', 'bin', 'wasmedge')];
  const env = { WASMEDGE_PLUGIN_PATH: plugin, ORT_DYLIB_PATH: onnxruntime };
  const start = (args: readonly string[]) =>
    run({
      program: loader,
      args: [...command.slice(1), ...args],
      env,
      purpose: `starting ${name}`,
      missing: 'run it again with --force',
    });
  const version = /\d+\.\d+\.\d+/.exec(await start(['--version']))?.[0];
  if (version === undefined) throw unusable(name, 'it does not say its version');
  // A plug-in of another API version is left out in silence: its option is then unknown.
  if (!(await start(['run', '--help'])).includes('nn-preload')) {
    throw unusable(
      name,
      `WasmEdge ${version} does not take the plug-in (its plug-in API is not known to us)`,
    );
  }
  context.progress.say(`${name}: WasmEdge ${version} from Debian ${SUITES[name]}`);
  return { version, command, env, backends: ['onnx'], inputs: wasmedgeInputs(context, name) };
}

async function packages(context: InstallContext, name: WasmedgeName): Promise<string> {
  const suite = await context.suite(SUITES[name]);
  const files = await suite.resolve(['wasmedge'], true);
  return context.replace(name, async (fresh) => {
    await suite.unpack(files, fresh);
    for (const unused of ['usr/share', 'usr/include', 'usr/sbin', 'etc', 'var']) {
      rmSync(path.join(fresh, unused), { recursive: true, force: true });
    }
  });
}

/** The loader of the unpacked C library: the machine's own may be older than WasmEdge needs. */
function findLoader(folder: string): string {
  const lib = path.join(folder, 'usr', 'lib');
  for (const triplet of existsSync(lib) ? readdirSync(lib) : []) {
    if (!triplet.endsWith('-linux-gnu')) continue;
    const name = readdirSync(path.join(lib, triplet)).find((file) => /^ld-linux-.*\.so\.\d+$/.test(file));
    if (name !== undefined) return path.join(lib, triplet, name);
  }
  throw unusable('wasmedge', 'its packages have no loader (ld-linux)');
}

function unusable(name: string, why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'RUNTIME_UNUSABLE',
    message: `${name} was got and cannot be used: ${why}`,
    hint: name === 'wasmedge' ? 'use wasmedge-0.14 meanwhile, and report it' : 'report it',
    exitCode: EXIT.runtime,
  });
}
