/** The hosts that the suite runs against: edge-infer's runtimes, and an older WasmEdge beside them. */
import { findRuntime, requireAvailable, runtimeNames } from '../runtimes/index.js';
import type { Availability, Runtime, RuntimeName } from '../runtimes/runtime.js';
import { wasmedgeOf } from '../runtimes/wasmedge.js';

/** WasmEdge of Debian stable, which numbers tensor types as guests of before 2024 do. */
export const OLD_WASMEDGE = 'wasmedge-0.14';
/** Name of a host. */
export type HostName = RuntimeName | typeof OLD_WASMEDGE;

/** Names of all hosts, in the order of the page. */
export function hostNames(): readonly HostName[] {
  return [...runtimeNames(), OLD_WASMEDGE];
}

const old = wasmedgeOf(OLD_WASMEDGE);

function find(name: string): Runtime {
  return name === OLD_WASMEDGE ? old : findRuntime(name);
}

/** Whether a host is here. */
export function hostAvailability(name: HostName): Availability {
  return find(name).available();
}

/**
 * A host that is here. Its `name` is the runtime's, the same for every version.
 *
 * @throws EdgeInferError `UNKNOWN_RUNTIME` (exit 2), `RUNTIME_MISSING` (exit 5)
 */
export function requireHost(name: string): Runtime {
  return requireAvailable(name, find(name));
}
