/** libonnxruntime for the native runtimes: the very file that Node uses, linked into the runtimes folder. */
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../../errors.js';
import { findOnnxRuntime, INSTALL_HINT } from '../../wasi-nn/backends/onnxruntime.js';
import type { InstallContext } from './context.js';

const LIBRARY = 'libonnxruntime.so.1';

/** Version of the ONNX Runtime that would be used; part of what a runtime is made from. */
export function onnxRuntimeVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageFolder(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/**
 * Puts libonnxruntime.so.1 into the runtimes folder (a hard link where that is possible: no space) and gives its
 * path. It stays there when node_modules goes.
 *
 * @throws EdgeInferError `ONNXRUNTIME_MISSING` (exit 5)
 */
export function installOnnxRuntime(context: InstallContext): string {
  const folder = context.at('onnxruntime', onnxRuntimeVersion());
  const target = path.join(folder, LIBRARY);
  if (existsSync(target)) return target;
  const source = onnxRuntimeLibrary();
  mkdirSync(folder, { recursive: true });
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target, { dereference: true });
  }
  return target;
}

/**
 * libonnxruntime.so.1 in the npm package onnxruntime-node.
 *
 * @throws EdgeInferError `ONNXRUNTIME_MISSING` (exit 5)
 */
export function onnxRuntimeLibrary(): string {
  return findLibrary(packageFolder());
}

function packageFolder(): string {
  const folder = findOnnxRuntime();
  if (folder !== undefined) return folder;
  throw missing('the npm package onnxruntime-node is not installed');
}

function findLibrary(folder: string): string {
  const bin = path.join(folder, 'bin');
  for (const api of existsSync(bin) ? readdirSync(bin) : []) {
    const file = path.join(bin, api, process.platform, process.arch, LIBRARY);
    if (existsSync(file)) return file;
  }
  throw missing(`onnxruntime-node has no ${LIBRARY} for ${process.platform}-${process.arch}`);
}

function missing(why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'ONNXRUNTIME_MISSING',
    message: `cannot give the runtimes ONNX Runtime: ${why}`,
    hint: INSTALL_HINT,
    exitCode: EXIT.runtime,
  });
}
