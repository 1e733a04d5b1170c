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

/** What a computation gives: the bytes of all outputs, and their dimensions. */
export type TfliteRun = readonly [bytes: Uint8Array[], dims: number[][]];

/** A graph as LiteRT holds it. */
interface Loaded {
  model: LiteRtModel;
  compiled: LiteRtCompiled;
  inputs: LiteRtBuffer[];
  /** Address of the file, which the model goes on reading. */
  file: number;
}

/** What is needed to load a graph again. */
interface Stored {
  bytes: Uint8Array;
  shapes: readonly (readonly number[])[];
}

/** One start of LiteRT's module. What fails inside leaves its memory in a state that nobody knows: it is thrown away. */
interface Runtime {
  module: LiteRtModule;
  environment: ReturnType<LiteRtModule['LiteRtEnvironment']['create']>;
  graphs: Map<number, Loaded>;
}

let gluePath = '';
let runtime: Runtime | undefined;
let lastComplaint = '';
/** The files of all graphs that are open: a new runtime loads them again when they are next used. */
const files = new Map<number, Stored>();
let next = 0;

/** Starts LiteRT: its glue is a script for browsers and CommonJS inside of an ES module package. */
async function start(glue: string): Promise<void> {
  // The glue looks for `self`, which worker threads of Node lack.
  Object.assign(globalThis, { self: globalThis });
  gluePath = glue;
  await running();
}

/** The runtime at hand, or a new one. */
async function running(): Promise<Runtime> {
  if (runtime !== undefined) return runtime;
  const script = { exports: {} as LiteRtFactory };
  const source = readFileSync(gluePath, 'utf8');
  const evaluate = new Function('require', '__filename', '__dirname', 'module', 'exports', source);
  evaluate(createRequire(gluePath), gluePath, path.dirname(gluePath), script, script.exports);
  const module = await script.exports({
    wasmBinary: readFileSync(gluePath.replace(/\.js$/, '.wasm')),
    print: () => {},
    printErr: (text) => {
      if (/^(ERROR|WARNING|F|E)/.test(text)) lastComplaint = text.replace(/^[A-Z]+: (\[[^\]]*\] ?)?/, '');
    },
  });
  runtime = { module, environment: module.LiteRtEnvironment.create(null), graphs: new Map() };
  return runtime;
}

/** Runs a step of LiteRT; what it throws is a number or an Error, what it means is in its log. */
function attempt<T>(what: string, step: () => T): T {
  lastComplaint = '';
  try {
    return step();
  } catch (thrown) {
    runtime = undefined;
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    throw new NnError('runtime_error', `LiteRT ${what}: ${lastComplaint || text}`);
  }
}

/** Reads and prepares a graph. */
function prepare({ module, environment }: Runtime, { bytes, shapes }: Stored): Loaded {
  const file = module._malloc(bytes.length);
  if (file === 0) throw new NnError('too_large', 'LiteRT has no memory left for the graph');
  module.HEAPU8.set(bytes, file);
  const model = attempt('refuses the graph', () => module.loadModel(environment, file, bytes.length));
  const compiled = attempt('cannot prepare the graph', () =>
    module.compileModel(environment, model, { accelerator: 'wasm', cpuOptions: { numThreads: 1 } }),
  );
  const inputs = shapes.map((shape, i) => {
    const stated = model.getInputTensorType(0, i);
    // The file may leave a dimension free (-1); a buffer needs a number, and the graph is prepared for this one.
    const dimensions = new module.VectorInt32();
    for (const size of shape) dimensions.push_back(size);
    const layout = module.LiteRtLayout.create(dimensions);
    const type = module.LiteRtRankedTensorType.create(stated.elementType(), layout);
    const buffer = attempt('has no memory left', () =>
      module.LiteRtTensorBuffer.createManaged(
        environment,
        module.LiteRtTensorBufferType.HOST_MEMORY,
        type,
        type.bytes(),
      ),
    );
    for (const thing of [type, layout, dimensions, stated]) thing.delete();
    return buffer;
  });
  return { model, compiled, inputs, file };
}

/** @param shapes of the inputs, in the order of the first signature */
async function load(bytes: Uint8Array, shapes: readonly (readonly number[])[]): Promise<number> {
  const rt = await running();
  const stored = { bytes, shapes };
  const loaded = prepare(rt, stored);
  files.set(next, stored);
  rt.graphs.set(next, loaded);
  return next++;
}

function loaded(rt: Runtime, id: number): Loaded {
  const known = rt.graphs.get(id);
  if (known !== undefined) return known;
  const stored = files.get(id);
  if (stored === undefined) throw new NnError('invalid_argument', `no graph has the number ${id}`);
  const again = prepare(rt, stored);
  rt.graphs.set(id, again);
  return again;
}

async function run(id: number, inputs: Uint8Array[]): Promise<TfliteRun> {
  const rt = await running();
  const { module } = rt;
  const graph = loaded(rt, id);
  graph.inputs.forEach((buffer, i) => {
    const bytes = inputs[i];
    if (bytes === undefined || bytes.length !== buffer.packedSize()) {
      throw new NnError(
        'invalid_argument',
        `input ${i} wants ${buffer.packedSize()} bytes, not ${bytes?.length}`,
      );
    }
    module.HEAPU8.set(bytes, buffer.lock(module.LiteRtTensorBufferLockMode.WRITE));
    buffer.unlock();
  });
  const outputs = attempt('cannot run the graph', () =>
    graph.compiled.run(0, graph.inputs).map((buffer) => read(module, buffer)),
  );
  return [outputs.map(({ bytes }) => bytes), outputs.map(({ dims }) => dims)];
}

/** A copy of an output, which is freed. */
function read(module: LiteRtModule, buffer: LiteRtBuffer) {
  const at = buffer.lock(module.LiteRtTensorBufferLockMode.READ);
  const bytes = module.HEAPU8.slice(at, at + buffer.packedSize());
  buffer.unlock();
  const type = buffer.tensorType();
  const layout = type.layout();
  const vector = layout.dimensions();
  const dims = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  for (const thing of [vector, layout, type, buffer]) thing.delete();
  return { dims, bytes };
}

function close(id: number): void {
  files.delete(id);
  const graph = runtime?.graphs.get(id);
  if (runtime === undefined || graph === undefined) return;
  runtime.graphs.delete(id);
  for (const buffer of graph.inputs) buffer.delete();
  graph.compiled.delete();
  graph.model.delete();
  runtime.module._free(graph.file);
}

answerCalls({ start, load, run, close });
