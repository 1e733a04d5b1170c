/** edge-infer's WASI-NN plug-in for WasmEdge: compiled here from host/runtimes/wasmedge. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.js';
import type { InstallContext } from './context.js';
import { hashInputs } from './manifest.js';

const FOLDER = 'wasmedge-plugin';
const HEADERS = 'build/headers';
const LIBRARY = 'libedge_infer_wasi_nn.so';
const STAMP = '.inputs';
/** Its headers know the newest plug-in API; the plug-in chooses by the WasmEdge that loads it. */
const HEADERS_SUITE = 'sid';

/** Hash of what the plug-in is made from. */
export function pluginInputs(context: InstallContext): string {
  return hashInputs(['plugin', process.arch], [context.sources('wasmedge')]);
}

/** Compiles the plug-in unless it is there, and gives its path. One file serves every version of WasmEdge. */
export async function installPlugin(context: InstallContext, onceMore: boolean): Promise<string> {
  const file = context.at(FOLDER, LIBRARY);
  const stamp = context.at(FOLDER, STAMP);
  const inputs = pluginInputs(context);
  const current = existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
  if (current && !onceMore) return file;
  const headers = await installHeaders(context);
  const sources = context.sources('wasmedge');
  await context.replace(FOLDER, async (fresh) => {
    await context.progress.step('WASI-NN plug-in of WasmEdge, compiled with g++', () =>
      run({
        program: 'g++',
        args: [
          '@build.flags',
          ...includeFlags(headers),
          ...readdirSync(sources).filter((name) => name.endsWith('.cpp')),
          ...['-o', path.join(fresh, LIBRARY), '-ldl', '-lpthread'],
        ],
        cwd: sources,
        signal: context.signal,
        purpose: 'compiling the WASI-NN plug-in',
        missing: 'install a C++17 compiler (Debian: g++)',
        failed: 'check that g++ is 9 or newer',
      }),
    );
    writeFileSync(path.join(fresh, STAMP), inputs);
  });
  return file;
}

function includeFlags(headers: string): string[] {
  const include = path.join(headers, 'usr', 'include');
  return [`-I${include}`, `-I${path.join(include, 'onnxruntime')}`];
}

async function installHeaders(context: InstallContext): Promise<string> {
  const there = context.at(HEADERS);
  if (!context.force && existsSync(path.join(there, 'usr', 'include', 'wasmedge'))) return there;
  const suite = await context.suite(HEADERS_SUITE);
  const files = await suite.resolve(['libwasmedge-dev', 'libonnxruntime-dev'], false);
  return context.replace(HEADERS, (fresh) => suite.unpack(files, fresh));
}
