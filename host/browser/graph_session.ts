/** A graph in ONNX Runtime Web, loaded from the page's own server. */
import { messageOf } from '../errors.js';
import type { KernelTensor } from './kernels.js';
import type { BrowserPackage } from './model_package.js';
import { loadOrt, type Ort, type OrtSession, runtimeFailure, sessionOptions } from './onnxruntime_web.js';
import type { BrowserSettings } from './options.js';

const TYPES = {
  f32: ['float32', Float32Array],
  f16: ['float16', Uint16Array],
  u8: ['uint8', Uint8Array],
  i8: ['int8', Int8Array],
} as const;

/** One session, fed with one tensor, asked for one output. */
export class GraphSession {
  private constructor(
    readonly provider: string,
    private readonly ort: Ort,
    private readonly session: OrtSession,
    private readonly input: string,
    private readonly outputs: readonly string[],
  ) {}

  /** @throws EdgeInferError `ONNXRUNTIME_MISSING`, `PROVIDER_MISSING`, `RUNTIME_LOAD_FAILED` (exit 5) */
  static async open(settings: BrowserSettings, model: BrowserPackage): Promise<GraphSession> {
    const ort = await loadOrt(settings);
    const { provider } = settings;
    const [graph, ...external] = model.graphFiles;
    const externalData = external.map((data, i) => ({ data, path: model.graph.files[i + 1]?.path }));
    try {
      const session = await ort.InferenceSession.create(graph ?? new Uint8Array(), {
        ...sessionOptions(provider),
        ...(externalData.length === 0 ? {} : { externalData }),
      });
      const name = provider === 'wasm' ? 'cpu' : provider;
      const outputs = model.outputs.map((output) => output.name);
      return new GraphSession(name, ort, session, model.input.name, outputs);
    } catch (cause) {
      throw runtimeFailure(
        'RUNTIME_LOAD_FAILED',
        `ONNX Runtime Web does not load the graph with ${provider}: ${messageOf(cause)}`,
        provider === 'webgpu' ? "use provider: 'wasm'" : 'check the graph with edge-infer models verify',
        cause,
      );
    }
  }

  /** The bytes of the outputs, in the order of the card. */
  async run({ dtype, shape, data }: KernelTensor): Promise<Uint8Array[]> {
    const [type, Elements] = TYPES[dtype];
    const feed = new this.ort.Tensor(type, new Elements(data.buffer), shape);
    try {
      const results = await this.session.run({ [this.input]: feed }, this.outputs);
      const list: Uint8Array[] = [];
      for (const name of this.outputs) {
        const output = results[name];
        if (output === undefined) throw new Error(`the graph has no output ${name}`);
        const found = await output.getData();
        list.push(new Uint8Array(found.buffer, found.byteOffset, found.byteLength).slice());
        output.dispose();
      }
      return list;
    } catch (cause) {
      throw runtimeFailure(
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
