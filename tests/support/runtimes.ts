/** Which runtimes this machine has, asked of the product itself. */
import { type HostName, hostAvailability } from '../../host/conformance/hosts.js';
import { findRuntime } from '../../host/runtimes/index.js';
import { type Availability, RUNTIME_NAMES, type RuntimeName } from '../../host/runtimes/runtime.js';
import type { Requirement } from './requirements.js';

export { RUNTIME_NAMES };

const availability = new Map<RuntimeName, Availability>();
for (const name of RUNTIME_NAMES) availability.set(name, await findRuntime(name).available());

/** A runtime that can be started here. */
export function runtimeReady(name: RuntimeName): Requirement<string> {
  return () => {
    const found = availability.get(name);
    return found?.ok === true ? { value: name } : { missing: `needs ${name}: ${found?.why ?? 'unknown'}` };
  };
}

/** A host of the conformance suite that can be started here. */
export function hostReady(name: HostName): Requirement<string> {
  return () => {
    const { ok, why } = hostAvailability(name);
    return ok ? { value: name } : { missing: `needs ${name}: ${why ?? 'unknown'}` };
  };
}
