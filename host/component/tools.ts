/** The tools that make and take apart components: jco's, which are large and only needed for guests of others. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EdgeInferError, EXIT } from '../errors.js';
import { findPackage } from '../wasi-nn/backends/packages.js';

/** The part of jco-transpile that is used. */
export interface ComponentTools {
  /** Version of jco-transpile, for caches. */
  readonly version: string;
  componentNew(core: Uint8Array, adapters: [string, Uint8Array][]): Promise<Uint8Array>;
  transpileBytes(component: Uint8Array, options: object): Promise<{ files: Record<string, Uint8Array> }>;
  /** The adapter from WASI preview 1 to 0.2. */
  preview1Adapter(kind: 'command' | 'reactor'): Uint8Array;
}

/** The command that gets the tools. */
export const COMPONENT_TOOLS_INSTALL = 'run npm install @bytecodealliance/jco@1.35.0';

/**
 * Loads the tools.
 *
 * @throws EdgeInferError `COMPONENT_TOOLS_MISSING` (exit 5) with how to get them
 */
export async function loadComponentTools(): Promise<ComponentTools> {
  const jco = findPackage('@bytecodealliance/jco');
  const transpile = findPackage('@bytecodealliance/jco-transpile');
  if (jco === undefined || transpile === undefined) {
    throw new EdgeInferError({
      code: 'COMPONENT_TOOLS_MISSING',
      message: 'cannot work with components (@bytecodealliance/jco): it is not installed',
      hint: COMPONENT_TOOLS_INSTALL,
      exitCode: EXIT.runtime,
    });
  }
  const load = async (file: string) =>
    (await import(pathToFileURL(path.join(transpile.folder, 'dist', file)).href)) as ComponentTools;
  const { componentNew } = await load('wasm-tools.js');
  const { transpileBytes } = await load('index.js');
  return {
    version: transpile.version,
    componentNew,
    transpileBytes,
    preview1Adapter: (kind) =>
      readFileSync(path.join(jco.folder, 'lib', `wasi_snapshot_preview1.${kind}.wasm`)),
  };
}
