/** One instance of a plug-in: its memory, its calls, and what is believed of what it gives. See docs/plugins.md. */
import { EdgeInferError, EXIT, messageOf } from '../../errors.js';
import type { CardPlugin } from '../../models/card.js';
import type { Dtype } from '../../wasi-nn/index.js';
import { Wasm, type WasmMemory, type WasmModule } from '../../wasm.js';
import type { RunAnswer } from '../jobs.js';
import { Kernels } from './kernels.js';

interface PluginExports {
  memory: WasmMemory;
  edge_plugin_alloc(size: number): unknown;
  preprocess(pixels: number, width: number, height: number, tensor: number, bytes: number): unknown;
  postprocess(tensors: number, count: number, top: number, threshold: number): unknown;
}

/** Numbers of element types in tensor descriptors. */
const DTYPES: readonly Dtype[] = ['f32', 'f16', 'u8', 'i8', 'i32', 'i64'];
const MOST_DIMS = 8;
const RGB = 3;
/** Pillow's filters by their numbers for edge_infer.resize. */
const FILTERS = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const;
const MOST_SIDE = 65535;
/** {address, bytes, dtype, rank, 8 dimensions}, u32 each. */
const DESCRIPTOR_WORDS = 4 + MOST_DIMS;
/** Most bytes of an answer in JSON. */
const MOST_JSON = 1 << 20;
/** Of what a plug-in logs, the end is kept for the message of an error. */
const MOST_LOG = 500;

/** Calls are synchronous; whoever calls holds the time limit. An instance that failed is not used again. */
export class Plugin {
  readonly #module: WasmModule;
  readonly #card: CardPlugin;
  readonly #kernels: WasmModule;
  /** Resizes for the plug-in; made when it first asks. */
  #resizer: Kernels | undefined;
  /** The card that it has. */
  #resizerCard = '';
  #exports: PluginExports | undefined;
  /** Buffers in its memory by use, which grow when they must and are used again. */
  readonly #buffers = new Map<string, { address: number; bytes: number }>();
  #log = '';

  constructor(module: WasmModule, card: CardPlugin, kernels: WasmModule) {
    this.#module = module;
    this.#kernels = kernels;
    this.#card = card;
  }

  /** Milliseconds that a call may take. */
  get limitMs(): number {
    return this.#card.limits.ms;
  }

  get memoryBytes(): number {
    return (this.#exports?.memory.buffer.byteLength ?? 0) + (this.#resizer?.memoryBytes ?? 0);
  }

  /**
   * The tensor of `tensorBytes` that the plug-in makes of RGB pixels.
   *
   * @throws EdgeInferError `PLUGIN_TRAPPED`, `PLUGIN_MEMORY`, `PLUGIN_FAILED` (exit 5)
   */
  preprocess(
    pixels: Uint8Array,
    width: number,
    height: number,
    tensorBytes: number,
  ): Uint8Array<ArrayBuffer> {
    return this.#guarded((exports) => {
      const source = this.#buffer(exports, 'pixels', pixels.byteLength);
      const tensor = this.#buffer(exports, 'tensor', tensorBytes);
      new Uint8Array(exports.memory.buffer).set(pixels, source);
      new Uint8Array(exports.memory.buffer).fill(0, tensor, tensor + tensorBytes);
      const status = exports.preprocess(source, width, height, tensor, tensorBytes);
      if (status !== 0) throw this.#error('PLUGIN_FAILED', `preprocess gave ${String(status)}`);
      return new Uint8Array(exports.memory.buffer, tensor, tensorBytes).slice();
    });
  }

  /**
   * What the plug-in says of output tensors, as JSON was read; nothing is known of its form.
   *
   * @throws EdgeInferError as {@link preprocess}; `PLUGIN_OUTPUT` for an answer out of its memory or no JSON
   */
  postprocess({ outputs, parts }: RunAnswer, top: number, threshold: number): unknown {
    return this.#guarded((exports) => {
      const words = new Uint32Array(outputs.length * DESCRIPTOR_WORDS);
      for (const [i, { dtype, dims }] of outputs.entries()) {
        const part = parts[i] ?? new Uint8Array();
        const number = DTYPES.indexOf(dtype);
        if (number < 0 || dims.length > MOST_DIMS) {
          throw this.#error('PLUGIN_FAILED', `it cannot be given ${dims.length} dimensions of ${dtype}`);
        }
        const address = this.#buffer(exports, `output ${i}`, part.byteLength);
        new Uint8Array(exports.memory.buffer).set(part, address);
        words.set([address, part.byteLength, number, dims.length, ...dims], i * DESCRIPTOR_WORDS);
      }
      const table = this.#buffer(exports, 'outputs', words.byteLength);
      new Uint8Array(exports.memory.buffer).set(new Uint8Array(words.buffer), table);
      const result = exports.postprocess(table, outputs.length, top, threshold);
      return this.#json(exports, result);
    });
  }

  #guarded<T>(body: (exports: PluginExports) => T): T {
    this.#log = '';
    try {
      return body(this.#open());
    } catch (thrown) {
      this.#exports = undefined;
      this.#buffers.clear();
      throw thrown instanceof EdgeInferError ? thrown : this.#error('PLUGIN_TRAPPED', messageOf(thrown));
    }
  }

  #open(): PluginExports {
    if (this.#exports === undefined) {
      const log = (address: number, length: number) => this.#hear(address, length);
      const resize = (...numbers: number[]) => (this.#resize(numbers) ? 0 : 1);
      const { exports } = new Wasm.Instance(this.#module, { edge_infer: { log, resize } });
      this.#exports = exports as unknown as PluginExports;
    }
    return this.#exports;
  }

  /** Room in its memory, which {@link PluginExports.edge_plugin_alloc} gives and is not trusted with. */
  #buffer(exports: PluginExports, use: string, bytes: number): number {
    const known = this.#buffers.get(use);
    if (known !== undefined && known.bytes >= bytes) return known.address;
    const given = exports.edge_plugin_alloc(bytes);
    const address = typeof given === 'number' ? given >>> 0 : 0;
    if (address === 0 || address + bytes > exports.memory.buffer.byteLength) {
      const limit = this.#card.limits.memory_bytes;
      throw this.#error('PLUGIN_MEMORY', `no room for ${bytes} bytes (it may have ${limit} in all)`);
    }
    this.#buffers.set(use, { address, bytes });
    return address;
  }

  #json(exports: PluginExports, result: unknown): unknown {
    const { buffer } = exports.memory;
    const at = typeof result === 'number' ? result >>> 0 : 0;
    if (at === 0) throw this.#error('PLUGIN_FAILED', 'postprocess gave no answer');
    if (at + 8 > buffer.byteLength)
      throw this.#error('PLUGIN_OUTPUT', 'its answer lies outside of its memory');
    const view = new DataView(buffer);
    const [address, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (length > MOST_JSON) throw this.#error('PLUGIN_OUTPUT', `its answer has ${length} bytes`);
    if (address + length > buffer.byteLength) {
      throw this.#error('PLUGIN_OUTPUT', 'its answer lies outside of its memory');
    }
    try {
      const bytes = new Uint8Array(buffer, address, length).slice();
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch (thrown) {
      throw this.#error('PLUGIN_OUTPUT', `its answer is not JSON: ${messageOf(thrown)}`);
    }
  }

  /** edge_infer.resize; false for numbers that cannot be, and before the memory is there. */
  #resize(numbers: number[]): boolean {
    const [source = 0, width = 0, height = 0, target = 0, toWidth = 0, toHeight = 0, filter = 0] =
      numbers.map((number) => number >>> 0);
    const buffer = this.#exports?.memory.buffer;
    const sides = [width, height, toWidth, toHeight];
    const name = FILTERS[filter];
    if (buffer === undefined || name === undefined) return false;
    if (!sides.every((side) => side >= 1 && side <= MOST_SIDE)) return false;
    const [bytes, toBytes] = [width * height * RGB, toWidth * toHeight * RGB];
    if (source + bytes > buffer.byteLength || target + toBytes > buffer.byteLength) return false;
    this.#resizer ??= new Kernels(this.#kernels);
    const key = `${toWidth} ${toHeight} ${name}`;
    if (this.#resizerCard !== key) this.#resizer.openCard(resizeCard(toWidth, toHeight, name));
    this.#resizerCard = key;
    const image = { bytes: new Uint8Array(buffer, source, bytes), width, height, layout: RGB };
    new Uint8Array(buffer).set(this.#resizer.preprocess(image), target);
    return true;
  }

  #hear(address: number, length: number): void {
    const bytes = new Uint8Array(this.#exports?.memory.buffer ?? new ArrayBuffer(0));
    const start = address >>> 0;
    const text = new TextDecoder().decode(bytes.slice(start, start + Math.min(length >>> 0, MOST_LOG)));
    this.#log = `${this.#log} ${text.replace(/\p{Cc}+/gu, ' ')}`.slice(-MOST_LOG);
  }

  #error(code: string, why: string): EdgeInferError {
    const said = this.#log.trim();
    return pluginError(code, this.#card, said === '' ? why : `${why}; it said: ${said}`);
  }
}

/** A card that does nothing but resize. */
function resizeCard(width: number, height: number, filter: (typeof FILTERS)[number]): object {
  const resize = { profile: 'pillow', filter, size: [height, width] };
  const shape = [1, height, width, RGB];
  return {
    ...{ schema: 1, name: 'resize', version: '1.0.0', task: 'raw' },
    input: { name: 'pixels', dtype: 'u8', layout: 'NHWC', shape, color: 'RGB', resize },
    output: { name: 'none', dtype: 'u8', kind: 'raw' },
  };
}

/** A plug-in failed: its request does, and nothing else. */
export function pluginError(code: string, { path }: CardPlugin, why: string): EdgeInferError {
  return new EdgeInferError({
    code,
    message: `the plug-in failed (${path}): ${why}`,
    hint: 'see docs/plugins.md, or ask who made the model',
    exitCode: EXIT.runtime,
  });
}
