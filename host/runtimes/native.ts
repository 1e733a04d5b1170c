/** Wasmtime and WasmEdge as they were installed: what to start, and with which environment. */
import path from 'node:path';
import { EdgeInferError, EXIT } from '../errors.js';
import { runChild } from './child.js';
import { type InstallableName, readManifest } from './install/manifest.js';
import { defaultRuntimesRoot } from './install/root.js';
import type { Availability, RunRequest } from './runtime.js';

/** A native runtime. */
export interface NativeTool {
  command: string;
  /** Arguments before those of the runtime itself. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  version: string;
}

/** Folder of modules compiled ahead of time. */
export function aotCache(): string {
  return path.join(defaultRuntimesRoot(), 'cache', 'aot');
}

function find(name: InstallableName): NativeTool | undefined {
  const entry = readManifest(defaultRuntimesRoot())[name];
  if (entry === undefined) return undefined;
  const [command = name, ...args] = entry.command;
  return { command, args, env: entry.env, version: entry.version };
}

/** Whether the runtime is installed. Never throws: a manifest that cannot be read is a reason. */
export function nativeAvailability(name: InstallableName): Availability {
  try {
    const tool = find(name);
    if (tool !== undefined) return { ok: true, version: tool.version };
    return { ok: false, why: 'not installed', hint: 'run edge-infer runtimes install' };
  } catch (error) {
    if (!(error instanceof EdgeInferError)) throw error;
    const { message, hint } = error;
    return { ok: false, why: message, ...(hint === undefined ? {} : { hint }) };
  }
}

/**
 * The installed runtime.
 *
 * @throws EdgeInferError `RUNTIME_MISSING` (exit 5)
 */
export function nativeTool(name: InstallableName): NativeTool {
  const tool = find(name);
  if (tool !== undefined) return tool;
  throw new EdgeInferError({
    code: 'RUNTIME_MISSING',
    message: `runtime not available (${name}): not installed`,
    hint: 'run edge-infer runtimes install',
    exitCode: EXIT.runtime,
  });
}

/**
 * Runs edge-infer's or a foreign guest in an installed runtime, on the request's own streams; the exit code.
 *
 * `quiet` is the environment that silences the runtime's own log. It applies to edge-infer's guest, which reports each
 * failure itself, so that the log would be a second line; foreign guests and `--debug` get the log.
 */
export function runNative(
  tool: NativeTool,
  args: readonly string[],
  request: RunRequest,
  quiet: Readonly<Record<string, string>>,
): Promise<number> {
  const ownReportsOnly = request.module === undefined && request.log === undefined;
  return runChild({
    command: tool.command,
    args: [...tool.args, ...args],
    env: { ...(ownReportsOnly ? quiet : {}), ...process.env, ...tool.env },
    stdin: request.stdin ?? 0,
    stdout: request.stdout ?? 1,
    stderr: request.stderr ?? 2,
    signal: request.signal,
  });
}

/** Runs the compiler of an installed runtime in silence; the exit code. */
export function compileNative(
  tool: NativeTool,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> {
  return runChild({
    command: tool.command,
    args: [...tool.args, 'compile', ...args],
    env: { ...process.env, ...tool.env },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    signal,
  });
}
