/** Wasmtime and WasmEdge as they were installed: what to start, and with which environment. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';
import type { Availability } from './runtime.js';

/** A native runtime. */
export interface NativeTool {
  command: string;
  /** Arguments before those of the runtime itself. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  version: string;
}

/** Folder of the installed runtimes: EDGE_INFER_RUNTIMES, or `.runtimes` in the package. */
export function runtimesRoot(): string {
  return process.env.EDGE_INFER_RUNTIMES ?? packageFile('.runtimes');
}

/** Folder of modules compiled ahead of time. */
export function aotCache(): string {
  return path.join(runtimesRoot(), 'cache', 'aot');
}

function find(name: 'wasmtime' | 'wasmedge'): NativeTool | undefined {
  const file = path.join(runtimesRoot(), 'manifest.json');
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, NativeTool | undefined>;
  return manifest[name];
}

/** Whether the runtime is installed. */
export function nativeAvailability(name: 'wasmtime' | 'wasmedge'): Availability {
  const tool = find(name);
  if (tool !== undefined) return { ok: true, version: tool.version };
  return { ok: false, why: 'not installed', hint: 'run edge-infer runtimes install' };
}

/**
 * The installed runtime.
 *
 * @throws EdgeInferError `RUNTIME_MISSING` (exit 5)
 */
export function nativeTool(name: 'wasmtime' | 'wasmedge'): NativeTool {
  const tool = find(name);
  if (tool !== undefined) return tool;
  throw new EdgeInferError({
    code: 'RUNTIME_MISSING',
    message: `runtime not available (${name}): not installed`,
    hint: 'run edge-infer runtimes install',
    exitCode: EXIT.runtime,
  });
}
