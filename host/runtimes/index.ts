/** The runtimes by name. */
import { EdgeInferError, EXIT } from '../errors.js';
import { nodeRuntime } from './node.js';
import { nodeComponentRuntime } from './node_component.js';
import { RUNTIME_NAMES, type Runtime, type RuntimeName } from './runtime.js';
import { wasmedgeRuntime } from './wasmedge.js';
import { wasmtimeComponentRuntime, wasmtimeRuntime } from './wasmtime.js';

export type {
  Availability,
  GraphByName,
  Preopen,
  RunRequest,
  RunResult,
  Runtime,
  RuntimeName,
} from './runtime.js';

const RUNTIMES: Readonly<Record<RuntimeName, Runtime>> = {
  node: nodeRuntime,
  'node-component': nodeComponentRuntime,
  wasmtime: wasmtimeRuntime,
  'wasmtime-component': wasmtimeComponentRuntime,
  wasmedge: wasmedgeRuntime,
};

/** Names of all runtimes that edge-infer knows. */
export function runtimeNames(): readonly RuntimeName[] {
  return RUNTIME_NAMES;
}

/**
 * The runtime of this name; it may not be installed: ask `available()`.
 *
 * @throws EdgeInferError `UNKNOWN_RUNTIME` (exit 2) naming the known ones
 */
export function findRuntime(name: string): Runtime {
  if (Object.hasOwn(RUNTIMES, name)) return RUNTIMES[name as RuntimeName];
  throw new EdgeInferError({
    code: 'UNKNOWN_RUNTIME',
    message: `unknown runtime (${name})`,
    hint: `use one of ${RUNTIME_NAMES.join(', ')}`,
    exitCode: EXIT.usage,
  });
}

/**
 * The runtime of this name, which can be used here.
 *
 * @throws EdgeInferError `UNKNOWN_RUNTIME` (exit 2), `RUNTIME_MISSING` (exit 5) with how to get it
 */
export function requireRuntime(name: string): Runtime {
  return requireAvailable(name, findRuntime(name));
}

/**
 * `runtime`, which is called `name`, if it can be used here.
 *
 * @throws EdgeInferError `RUNTIME_MISSING` (exit 5) with how to get it
 */
export function requireAvailable(name: string, runtime: Runtime): Runtime {
  const { ok, why, hint } = runtime.available();
  if (ok) return runtime;
  throw new EdgeInferError({
    code: 'RUNTIME_MISSING',
    message: `runtime not available (${name}): ${why ?? 'not installed'}`,
    hint: hint ?? 'run edge-infer doctor',
    exitCode: EXIT.runtime,
  });
}
