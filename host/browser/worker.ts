/** The thread of a browser engine: a module worker, loaded as it is. */
import { plainError, type Reply, type Request } from './messages.js';
import { Runner } from './runner.js';

interface WorkerScope {
  addEventListener(kind: 'message', listener: (event: { data: Request }) => void): void;
  postMessage(reply: Reply, transfer: object[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const runner = new Runner();

scope.addEventListener('message', async ({ data: { id, call } }) => {
  try {
    const answer = await runner.run(call);
    const transfer = 'data' in answer ? [answer.data.buffer] : [];
    scope.postMessage({ id, memoryBytes: runner.memoryBytes, answer }, transfer);
  } catch (thrown) {
    scope.postMessage({ id, memoryBytes: runner.memoryBytes, error: plainError(thrown) }, []);
  }
});
