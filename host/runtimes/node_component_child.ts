/** Runs the component with this process's own streams; started by node_component.ts with a request as JSON. */
import { toEdgeInferError } from '../errors.js';
import { nodeComponentRuntime } from './node_component.js';
import type { RunRequest } from './runtime.js';

try {
  const request = JSON.parse(process.argv[2] ?? '') as RunRequest;
  const { exitCode } = await nodeComponentRuntime.run(request);
  process.exitCode = exitCode;
} catch (thrown) {
  const error = toEdgeInferError(thrown);
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
