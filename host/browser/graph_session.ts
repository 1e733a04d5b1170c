/** A graph in ONNX Runtime Web, loaded from the page's own server. */
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { Browser } from './dom.js';
import type { KernelTensor } from './kernels.js';
import type { BrowserPackage } from './model_package.js';
import type { BrowserSettings } from './options.js';

interface OrtTensor {
  readonly data: { readonly buffer: ArrayBuffer; readonly byteOffset: number; readonly byteLength: number };
  getData(): Promise<OrtTensor['data']>;
  dispose(): void;
}

interface OrtSession {
  run(feeds: Record<string, OrtTensor>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** The part of onnxruntime-web that is used. It is not imported by name: a worker has no import map. */
interface Ort {
  readonly env: { logLevel: string; wasm: { wasmPaths: string; numThreads: number; proxy: boolean } };
  readonly Tensor: new (type: string, data: object, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<OrtSession>;
  };
}

const FILES = { wasm: 'ort.wasm.min.mjs', webgpu: 'ort.webgpu.min.mjs' } as const;
const TYPES = {
  f32: ['float32', Float32Array],
  f16: ['float16', Uint16Array],
  u8: ['uint8', Uint8Array],
  i8: ['int8', Int8Array],
} as const;

function failure(code: string, message: string, hint: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({ code, message, hint, exitCode: EXIT.runtime, cause });
}

async function loadOrt({ provider, onnxruntime, threads }: BrowserSettings): Promise<Ort> {
  if (provider === 'webgpu' && Browser.navigator.gpu === undefined) {
    throw failure('PROVIDER_MISSING', 'this browser has no WebGPU', "use provider: 'wasm'");
  }
  const url = `${onnxruntime}${FILES[provider]}`;
  let ort: Ort;
  try {
    ort = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Ort;
  } catch (cause) {
    throw failure(
      'ONNXRUNTIME_MISSING',
      `cannot load ONNX Runtime Web (${url}): ${messageOf(cause)}`,
      'install onnxruntime-web, serve its folder dist, and name it in the option onnxruntime',
      cause,
    );
  }
  ort.env.logLevel = 'error';
  ort.env.wasm.wasmPaths = onnxruntime;
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.proxy = false;
  return ort;
}

/** One session, fed with one tensor, asked for one output. */
export class GraphSession {
  private constructor(
    readonly provider: string,
    private readonly ort: Ort,
    private readonly session: OrtSession,
    private readonly input: string,
    private readonly output: string,
  ) {}

  /** @throws EdgeInferError `ONNXRUNTIME_MISSING`, `PROVIDER_MISSING`, `RUNTIME_LOAD_FAILED` (exit 5) */
  static async open(settings: BrowserSettings, model: BrowserPackage): Promise<GraphSession> {
    const ort = await loadOrt(settings);
    const { provider } = settings;
    const [graph, ...external] = model.graphFiles;
    const externalData = external.map((data, i) => ({ data, path: model.graph.files[i + 1]?.path }));
    try {
      const session = await ort.InferenceSession.create(graph ?? new Uint8Array(), {
        executionProviders: [provider],
        ...(externalData.length === 0 ? {} : { externalData }),
      });
      const name = provider === 'wasm' ? 'cpu' : provider;
      return new GraphSession(name, ort, session, model.input.name, model.output.name);
    } catch (cause) {
      throw failure(
        'RUNTIME_LOAD_FAILED',
        `ONNX Runtime Web does not load the graph with ${provider}: ${messageOf(cause)}`,
        provider === 'webgpu' ? "use provider: 'wasm'" : 'check the graph with edge-infer models verify',
        cause,
      );
    }
  }

  /** The bytes of the output. */
  async run({ dtype, shape, data }: KernelTensor): Promise<Uint8Array> {
    const [type, Elements] = TYPES[dtype];
    const feed = new this.ort.Tensor(type, new Elements(data.buffer), shape);
    try {
      const results = await this.session.run({ [this.input]: feed }, [this.output]);
      const output = results[this.output];
      if (output === undefined) throw new Error(`the graph has no output ${this.output}`);
      const found = await output.getData();
      const bytes = new Uint8Array(found.buffer, found.byteOffset, found.byteLength).slice();
      output.dispose();
      return bytes;
    } catch (cause) {
      throw failure(
        'RUNTIME_COMPUTE_FAILED',
        `ONNX Runtime Web could not run the graph: ${messageOf(cause)}`,
        'check that the card describes the inputs of the graph',
        cause,
      );
    }
  }

  close(): Promise<void> {
    return this.session.release();
  }
}
