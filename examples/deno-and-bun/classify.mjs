/** Classifies a picture in Deno or Bun: the module in a worker, limited in memory and time; the graph in ONNX Runtime. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import * as onnxruntime from 'onnxruntime-node';

const { InferenceSession, Tensor } = onnxruntime.default ?? onnxruntime;
const failure = (code, message) => Object.assign(new Error(message), { code });

/** The worker that has the module. A call that takes too long ends it. */
class Sandbox {
  #worker = new Worker(new URL('./sandbox.mjs', import.meta.url).href, { type: 'module' });

  constructor(timeoutMs) {
    this.timeoutMs = timeoutMs;
    this.ready = this.#answer('the start of the worker', 60_000);
  }

  call(name, given) {
    const answer = this.#answer(name, this.timeoutMs);
    this.#worker.postMessage({ name, ...given });
    return answer;
  }

  close() {
    this.#worker.terminate();
  }

  #answer(name, limit) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.close();
        reject(failure('DEADLINE_EXCEEDED', `${name} took longer than ${limit} ms`));
      }, limit);
      this.#worker.onerror = (event) => reject(failure('WORKER_TRAPPED', event.message));
      this.#worker.onmessage = ({ data: { value, error } }) => {
        clearTimeout(timer);
        if (error === undefined) resolve(value);
        else reject(failure(error.code, error.message));
      };
    });
  }
}

/** A file of the package, whose hash the card vouches for. */
async function readChecked(folder, { path, sha256 }) {
  const data = await readFile(join(folder, path));
  if (createHash('sha256').update(data).digest('hex') === sha256) return data;
  throw failure('MODEL_HASH_MISMATCH', `${path} is not the file that the card names`);
}

/** Runs a graph of f32 tensors. */
async function runGraph(graph, card, tensor, shape) {
  const session = await InferenceSession.create(graph);
  const feed = new Tensor('float32', new Float32Array(tensor.buffer), shape);
  const { data } = (await session.run({ [card.input.name]: feed }))[card.output.name];
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function classify(sandbox, [image, folder, file, memoryMiB]) {
  const cardBytes = await readFile(join(folder, 'model.json'));
  const card = JSON.parse(cardBytes);
  const graph = card.graphs.find(({ encoding }) => encoding === 'onnx');
  const labels = card.files.find(({ path }) => path === card.output.labels);
  await sandbox.ready;
  await sandbox.call('open', {
    module: new Uint8Array(await readFile(file)),
    memoryMiB: Number(memoryMiB),
    card: new Uint8Array(cardBytes),
    labels: new Uint8Array(await readChecked(folder, labels)),
  });
  const picture = new Uint8Array(await readFile(image));
  const { tensor, shape, sha256 } = await sandbox.call('preprocess', { picture });
  const output = await runGraph(await readChecked(folder, graph.files[0]), card, tensor, shape);
  const predictions = await sandbox.call('postprocess', { output, top: 5 });
  return {
    predictions,
    model_version: card.version,
    runtime: 'Deno' in globalThis ? 'deno' : 'bun',
    graph: { encoding: 'onnx', precision: graph.precision, provider: 'cpu' },
    input_sha256: sha256,
  };
}

// Arguments: picture, folder of a model package, module, limit of its memory in MiB, limit of each call in ms.
const sandbox = new Sandbox(Number(process.argv[6]));
let exitCode = 0;
try {
  console.log(JSON.stringify(await classify(sandbox, process.argv.slice(2))));
} catch (error) {
  exitCode = 1;
  console.log(JSON.stringify({ error: { code: error.code ?? 'FAILED', message: error.message } }));
}
sandbox.close();
process.exit(exitCode);
