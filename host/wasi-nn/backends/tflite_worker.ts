/** The worker in which LiteRT runs. Inputs and outputs are in the order of the graph's first signature. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { NnError } from '../errors.js';
import type {
  LiteRtBuffer,
  LiteRtCompiled,
  LiteRtFactory,
  LiteRtModel,
  LiteRtModule,
} from './litert_types.js';
import { answerCalls } from './worker_side.js';

/** One output. */
export interface TfliteRun {
  dims: number[];
  bytes: Uint8Array;
}

interface Loaded {
  model: LiteRtModel;
  compiled: LiteRtCompiled;
  inputs: LiteRtBuffer[];
  /** Address of the file, which the model goes on reading. */
  file: number;
}

let litert: LiteRtModule | undefined;
let environment: ReturnType<LiteRtModule['LiteRtEnvironment']['create']>;
let lastComplaint = '';
const graphs = new Map<number, Loaded>();
let next = 0;

function runtime(): LiteRtModule {
  if (litert === undefined) throw new NnError('runtime_error', 'LiteRT was not started');
  return litert;
}

/** Starts LiteRT: its glue is a script for browsers and CommonJS inside of an ES module package. */
async function start(glue: string): Promise<void> {
  // The glue looks for `self`, which worker threads of Node lack.
  Object.assign(globalThis, { self: globalThis });
  const script = { exports: {} as LiteRtFactory };
  const evaluate = new Function(
    'require',
    '__filename',
    '__dirname',
    'module',
    'exports',
    readFileSync(glue, 'utf8'),
  );
  evaluate(createRequire(glue), glue, path.dirname(glue), script, script.exports);
  litert = await script.exports({
    wasmBinary: readFileSync(glue.replace(/\.js$/, '.wasm')),
    print: () => {},
    printErr: (text) => {
      if (/^(ERROR|WARNING|F|E)/.test(text)) lastComplaint = text.replace(/^[A-Z]+: (\[[^\]]*\] )?/, '');
    },
  });
  environment = litert.LiteRtEnvironment.create(null);
}

/** Runs a step of LiteRT; what it throws is a number or an Error, what it means is in its log. */
function attempt<T>(what: string, step: () => T): T {
  lastComplaint = '';
  try {
    return step();
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    throw new NnError('runtime_error', `LiteRT ${what}: ${lastComplaint || text}`);
  }
}

function sizeOf(vector: { size(): number; delete(): void }): number {
  const size = vector.size();
  vector.delete();
  return size;
}

function load(bytes: Uint8Array): number {
  const rt = runtime();
  const file = rt._malloc(bytes.length);
  if (file === 0) throw new NnError('too_large', 'LiteRT has no memory left for the graph');
  rt.HEAPU8.set(bytes, file);
  let model: LiteRtModel | undefined;
  try {
    model = attempt('refuses the graph', () => rt.loadModel(environment, file, bytes.length));
    const read = model;
    const compiled = attempt('cannot prepare the graph', () =>
      rt.compileModel(environment, read, { accelerator: 'wasm', cpuOptions: { numThreads: 1 } }),
    );
    const signature = read.getSignature(0);
    const count = sizeOf(signature.inputNames());
    signature.delete();
    const inputs = Array.from({ length: count }, (_, i) => {
      const type = read.getInputTensorType(0, i);
      const host = rt.LiteRtTensorBufferType.HOST_MEMORY;
      const buffer = attempt('has no memory left', () =>
        rt.LiteRtTensorBuffer.createManaged(environment, host, type, type.bytes()),
      );
      type.delete();
      return buffer;
    });
    graphs.set(next, { model, compiled, inputs, file });
    return next++;
  } catch (error) {
    model?.delete();
    rt._free(file);
    throw error;
  }
}

function loaded(id: number): Loaded {
  const graph = graphs.get(id);
  if (graph === undefined) throw new NnError('invalid_argument', `no graph has the number ${id}`);
  return graph;
}

function run(id: number, inputs: Uint8Array[]): TfliteRun[] {
  const rt = runtime();
  const graph = loaded(id);
  graph.inputs.forEach((buffer, i) => {
    const bytes = inputs[i];
    const at = buffer.lock(rt.LiteRtTensorBufferLockMode.WRITE);
    const fits = bytes !== undefined && bytes.length === buffer.packedSize();
    if (fits) rt.HEAPU8.set(bytes, at);
    buffer.unlock();
    if (!fits) {
      throw new NnError(
        'invalid_argument',
        `input ${i} wants ${buffer.packedSize()} bytes, not ${bytes?.length}`,
      );
    }
  });
  const outputs = attempt('cannot run the graph', () => graph.compiled.run(0, graph.inputs));
  return outputs.map((buffer) => {
    const at = buffer.lock(rt.LiteRtTensorBufferLockMode.READ);
    const bytes = rt.HEAPU8.slice(at, at + buffer.packedSize());
    buffer.unlock();
    const type = buffer.tensorType();
    const layout = type.layout();
    const vector = layout.dimensions();
    const dims = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
    for (const thing of [vector, layout, type, buffer]) thing.delete();
    return { dims, bytes };
  });
}

function close(id: number): void {
  const graph = loaded(id);
  graphs.delete(id);
  for (const buffer of graph.inputs) buffer.delete();
  graph.compiled.delete();
  graph.model.delete();
  runtime()._free(graph.file);
}

answerCalls({ start, load, run, close });
