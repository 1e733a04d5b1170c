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
    const transfer: object[] = [];
    if ('data' in answer) transfer.push(answer.data.buffer);
    if ('mask' in answer) transfer.push(answer.mask.data.buffer);
    scope.postMessage({ id, memoryBytes: runner.memoryBytes, answer }, transfer);
  } catch (thrown) {
    scope.postMessage({ id, memoryBytes: runner.memoryBytes, error: plainError(thrown) }, []);
  }
});
