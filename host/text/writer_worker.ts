/** The thread of a {@link Writer}: waits for llama.cpp, so that nobody else has to. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import type { BackendGraph } from '../wasi-nn/backends/backend.js';
import { NnError } from '../wasi-nn/errors.js';
import { ggmlBackend } from '../wasi-nn/index.js';
import type { FromWriter, ToWriter, WriterSeat } from './writer.js';

const { file, stopped } = workerData as WriterSeat;
const post = (message: FromWriter) => parentPort?.postMessage(message);
const tensor = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return { dtype: 'u8' as const, dims: [bytes.length], bytes };
};

function write(graph: BackendGraph, { id, prompt, options }: ToWriter): void {
  const stream = graph.stream?.([tensor(prompt), tensor(JSON.stringify(options))]);
  if (stream === undefined) {
    post({ id, failed: 'the graph writes no texts' });
    return;
  }
  try {
    // The number of the text that is to be stopped stands there.
    while (Atomics.load(stopped, 0) !== id) {
      const [piece] = stream.next(Number.POSITIVE_INFINITY);
      if (piece !== undefined) post({ id, text: new TextDecoder().decode(piece.bytes) });
    }
    post({ id, ended: 'stopped' });
  } catch (error) {
    if (error instanceof NnError && error.kind === 'end_of_sequence') post({ id, ended: 'end' });
    else if (error instanceof NnError && error.kind === 'context_full') post({ id, ended: 'full' });
    else post({ id, failed: messageOf(error) });
  } finally {
    stream.close();
  }
}

try {
  const graph = ggmlBackend().load([], { target: 'cpu', strictTarget: false, files: [file] });
  parentPort?.on('message', (message: ToWriter) => write(graph, message));
  post({ opened: true });
} catch (error) {
  post({ openFailed: messageOf(error) });
}
