/** Gets Wasmtime and WasmEdge onto a Linux machine, into one folder, once. */
import { EdgeInferError, EXIT } from '../../errors.js';
import { InstallContext } from './context.js';
import { withInstallLock } from './lock.js';
import {
  INSTALLABLE,
  type InstallableName,
  type InstalledRuntime,
  isCurrent,
  type RuntimesManifest,
  readManifest,
  recordRuntime,
} from './manifest.js';
import { Progress, type Report } from './progress.js';
import { defaultRuntimesRoot } from './root.js';
import { installWasmedge, wasmedgeInputs } from './wasmedge.js';
import { installWasmtime, wasmtimeInputs } from './wasmtime.js';

export {
  INSTALLABLE,
  type InstallableName,
  type InstalledRuntime,
  type RuntimesManifest,
  readManifest,
} from './manifest.js';
export { type PlacedPlugin, placePlugin, usualPluginFolder } from './plugin_alone.js';
export { defaultRuntimesRoot } from './root.js';

/** How {@link installRuntimes} works. */
export interface InstallOptions {
  /** Folder to install into; see {@link defaultRuntimesRoot}. */
  root?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Gets progress, a line at a time. */
  onProgress?: Report | undefined;
  /** Make them again although they are there. */
  force?: boolean | undefined;
}

interface Installer {
  inputs(context: InstallContext): string;
  install(context: InstallContext): Promise<InstalledRuntime>;
}

const INSTALLERS: Readonly<Record<InstallableName, Installer>> = {
  wasmedge: {
    inputs: (context) => wasmedgeInputs(context, 'wasmedge'),
    install: (context) => installWasmedge(context, 'wasmedge'),
  },
  'wasmedge-0.14': {
    inputs: (context) => wasmedgeInputs(context, 'wasmedge-0.14'),
    install: (context) => installWasmedge(context, 'wasmedge-0.14'),
  },
  wasmtime: { inputs: wasmtimeInputs, install: installWasmtime },
};

/**
 * Installs the named runtimes (all of them when none is named) unless they are there and were made from the same
 * sources; gives what is installed afterwards. A runtime that fails does not keep the others from being installed.
 *
 * @throws EdgeInferError the first failure, with what to do about it
 * @example
 * await installRuntimes(['wasmedge'], { onProgress: (line) => console.error(line) });
 */
export async function installRuntimes(
  names: readonly InstallableName[] = INSTALLABLE,
  options: InstallOptions = {},
): Promise<RuntimesManifest> {
  if (process.platform !== 'linux') {
    throw new EdgeInferError({
      code: 'PLATFORM_UNSUPPORTED',
      message: `runtimes can be installed on Linux only, not on ${process.platform}`,
      hint: 'use the Node runtime, or install Wasmtime or WasmEdge by hand: docs/runtimes.md',
      exitCode: EXIT.runtime,
    });
  }
  const root = options.root ?? defaultRuntimesRoot();
  const progress = new Progress(options.onProgress ?? (() => {}), { terminal: process.stderr.isTTY });
  const context = new InstallContext(root, progress, options.signal, options.force ?? false);
  const wanted = new Set(names.length === 0 ? INSTALLABLE : names);
  const isDone = (name: InstallableName) =>
    !context.force && isCurrent(readManifest(root)[name], INSTALLERS[name].inputs(context));
  if ([...wanted].every(isDone)) return readManifest(root);

  const failures: unknown[] = [];
  await withInstallLock(
    root,
    () => progress.say('another installation is running: waiting for it ...'),
    options.signal,
    async () => {
      // The quick ones first: they are of use while Wasmtime compiles.
      for (const name of Object.keys(INSTALLERS) as InstallableName[]) {
        if (!wanted.has(name) || isDone(name)) continue;
        try {
          recordRuntime(root, name, await INSTALLERS[name].install(context));
        } catch (error) {
          if (options.signal?.aborted) throw error;
          failures.push(error);
          progress.say(`${name}: failed`);
        }
      }
      context.forgetSuites();
    },
  );
  if (failures.length > 0) throw failures[0];
  return readManifest(root);
}
