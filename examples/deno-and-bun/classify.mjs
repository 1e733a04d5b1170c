/** Classifies a picture in Deno or Bun: the module in a worker, limited in memory and time; the graph in ONNX Runtime. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import * as onnxruntime from 'onnxruntime-node';

const { InferenceSession, Tensor } = onnxruntime.default ?? onnxruntime;
const [image, folder, module, memoryMiB, timeoutMs] = process.argv.slice(2);
const worker = new Worker(new URL('./sandbox.mjs', import.meta.url).href, { type: 'module' });
const failure = (code, message) => Object.assign(new Error(message), { code });

/** What the worker says next. One that says nothing in time is ended. */
function answer(name, limit) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      worker.terminate();
      reject(failure('DEADLINE_EXCEEDED', `${name} took longer than ${limit} ms`));
    }, limit);
    worker.onerror = (event) => reject(failure('WORKER_TRAPPED', event.message));
    worker.onmessage = ({ data: { value, error } }) => {
      clearTimeout(timer);
      if (error === undefined) resolve(value);
      else reject(failure(error.code, error.message));
    };
  });
}

function call(name, given) {
  worker.postMessage({ name, ...given });
  return answer(name, Number(timeoutMs));
}

/** A file of the package, whose hash the card vouches for. */
async function readChecked({ path, sha256 }) {
  const data = new Uint8Array(await readFile(`${folder}/${path}`));
  if (createHash('sha256').update(data).digest('hex') === sha256) return data;
  throw failure('MODEL_HASH_MISMATCH', `${path} is not the file that the card names`);
}

async function classify() {
  await answer('the start of the worker', 60_000);
  const cardBytes = new Uint8Array(await readFile(`${folder}/model.json`));
  const card = JSON.parse(new TextDecoder().decode(cardBytes));
  const graph = card.graphs.find(({ encoding }) => encoding === 'onnx');
  const labels = await readChecked(card.files.find(({ path }) => path === card.output.labels));
  const bytes = new Uint8Array(await readFile(module));
  await call('open', { module: bytes, pages: Number(memoryMiB) * 16, card: cardBytes, labels });
  const picture = new Uint8Array(await readFile(image));
  const { tensor, shape, sha256 } = await call('preprocess', { picture });
  const session = await InferenceSession.create(await readChecked(graph.files[0]));
  const feed = new Tensor('float32', new Float32Array(tensor.buffer), shape);
  const { data } = (await session.run({ [card.input.name]: feed }))[card.output.name];
  const output = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {
    predictions: await call('postprocess', { output, top: 5 }),
    model_version: card.version,
    runtime: 'Deno' in globalThis ? 'deno' : 'bun',
    graph: { encoding: 'onnx', precision: graph.precision, provider: 'cpu' },
    input_sha256: sha256,
  };
}

const result = await classify().catch(({ code = 'FAILED', message }) => ({ error: { code, message } }));
console.log(JSON.stringify(result));
worker.terminate();
process.exit('error' in result ? 1 : 0);
