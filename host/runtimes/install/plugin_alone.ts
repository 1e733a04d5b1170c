/** The WASI-NN plug-in for a WasmEdge that somebody already has. */
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../../errors.js';
import { InstallContext } from './context.js';
import type { InstallOptions } from './index.js';
import { withInstallLock } from './lock.js';
import { onnxRuntimeLibrary } from './onnxruntime.js';
import { installPlugin } from './plugin.js';
import { Progress } from './progress.js';
import { defaultRuntimesRoot } from './root.js';

/** What was put where. */
export interface PlacedPlugin {
  /** The plug-in. */
  readonly plugin: string;
  /** ONNX Runtime beside it, where the plug-in looks first. */
  readonly onnxruntime: string;
  /** WasmEdge finds it by itself; otherwise `WASMEDGE_PLUGIN_PATH` has to name it. */
  readonly found: boolean;
}

/** Where WasmEdge's own installer has its plug-ins. */
export const usualPluginFolder = (): string => path.join(homedir(), '.wasmedge', 'plugin');

/**
 * Puts the plug-in and ONNX Runtime into `folder`, by default the one of WasmEdge's own installer. The plug-in is
 * compiled first unless it was before.
 *
 * @throws EdgeInferError `WASMEDGE_NOT_FOUND` when no folder is given and the usual one does not exist,
 *   `PLATFORM_UNSUPPORTED`, and what the compilation needs (`TOOL_MISSING`, `DOWNLOAD_FAILED`)
 */
export async function placePlugin(
  folder: string | undefined,
  options: InstallOptions = {},
): Promise<PlacedPlugin> {
  if (process.platform !== 'linux') {
    throw new EdgeInferError({
      code: 'PLATFORM_UNSUPPORTED',
      message: `the plug-in can be made on Linux only, not on ${process.platform}`,
      hint: 'use edge-infer run, which needs no WasmEdge',
      exitCode: EXIT.runtime,
    });
  }
  if (folder === undefined && !existsSync(path.dirname(usualPluginFolder()))) {
    throw new EdgeInferError({
      code: 'WASMEDGE_NOT_FOUND',
      message: `no WasmEdge is where its installer puts it (${path.dirname(usualPluginFolder())})`,
      hint: 'name a folder with --to',
      exitCode: EXIT.runtime,
    });
  }
  const target = path.resolve(folder ?? usualPluginFolder());
  const root = options.root ?? defaultRuntimesRoot();
  const progress = new Progress(options.onProgress ?? (() => {}), { terminal: process.stderr.isTTY });
  const context = new InstallContext(root, progress, options.signal, options.force ?? false);
  const made = await withInstallLock(
    root,
    () => progress.say('another installation is running: waiting for it ...'),
    options.signal,
    () => installPlugin(context, context.force).finally(() => context.forgetSuites()),
  );
  mkdirSync(target, { recursive: true });
  return {
    plugin: place(made, target),
    onnxruntime: place(onnxRuntimeLibrary(), target),
    found: target === usualPluginFolder(),
  };
}

/** A WasmEdge that is running keeps the file that it has opened. */
function place(source: string, folder: string): string {
  const file = path.join(folder, path.basename(source));
  copyFileSync(source, `${file}.new`);
  renameSync(`${file}.new`, file);
  return file;
}
