/**
 * GGML graphs (GGUF files) through node-llama-cpp, which only promises its results and cannot be interrupted: it runs in a
 * process behind a worker, see sync_worker.ts. Inputs and outputs are those of WasmEdge's GGML plug-in: input 0 the prompt, input 1 options as
 * JSON (optional); output 0 the text, output 1 what it took, as JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NnError, toNnError } from '../errors.js';
import type { HostTensor, TensorSpec } from '../tensors.js';
import type { Backend, BackendGraph, OutputStream, ProviderReport } from './backend.js';
import { type GgmlOptions, readGgmlOptions } from './ggml_options.js';
import type { GgmlPiece } from './ggml_process.js';
import { type FoundPackage, findPackage } from './packages.js';
import { SyncWorker } from './sync_worker.js';

/** The command that gets llama.cpp when it is missing. */
export const LLAMA_INSTALL = `run npm install --ignore-scripts --omit=optional node-llama-cpp@3.22.0 @node-llama-cpp/${process.platform === 'darwin' ? 'mac' : process.platform}-${process.arch}@3.22.0`;

const INPUTS: readonly TensorSpec[] = [
  { name: 'prompt', dtype: 'u8', shape: undefined, text: true },
  { name: 'options', dtype: 'u8', shape: undefined, text: true, optional: true },
];
const OUTPUTS: readonly TensorSpec[] = [
  { name: 'text', dtype: 'u8', shape: undefined, text: true },
  { name: 'metadata', dtype: 'u8', shape: undefined, text: true },
];

/** Where node-llama-cpp is installed, or undefined. */
export const findLlama = (): FoundPackage | undefined => findPackage('node-llama-cpp');

/**
 * Makes the GGML backend and starts its process.
 *
 * @throws NnError `unsupported_operation` when node-llama-cpp is missing
 */
export function ggmlBackend(): Backend {
  const found = findLlama();
  if (found === undefined) {
    throw new NnError('unsupported_operation', `node-llama-cpp is not installed; ${LLAMA_INSTALL}`);
  }
  const worker = new SyncWorker(new URL('./ggml_worker.js', import.meta.url), 'llama.cpp');
  const release = worker.call<string>('start', [path.join(found.folder, 'dist', 'index.js')]);
  return {
    encoding: 'ggml',
    version: `node-llama-cpp ${found.version} (llama.cpp ${release})`,
    readsFiles: true,
    load(parts, options) {
      if (options.target !== 'cpu' && options.strictTarget) {
        throw new NnError(
          'unsupported_operation',
          `cannot run on ${options.target}: llama.cpp runs on the CPU here`,
        );
      }
      const settings = readGgmlOptions(options.config ?? '');
      const provider: ProviderReport = { requested: options.target, actual: 'cpu' };
      if (options.target !== 'cpu') provider.why = `this build has no provider for ${options.target}`;
      const file = options.files?.[0];
      const id =
        file !== undefined
          ? worker.call<number>('load', [file])
          : withTemporaryFile(parts, (at) => worker.call<number>('load', [at]));
      return new GgmlGraph(worker, id, settings, provider, release, options.print);
    },
    hasEnded: () => worker.hasEnded,
    close: () => worker.close(),
  };
}

/** llama.cpp opens files only; it has read this one when `load` returns (it is given no memory map). */
function withTemporaryFile<T>(parts: readonly Uint8Array[], load: (file: string) => T): T {
  const bytes = parts[0];
  if (bytes === undefined || parts.length !== 1) {
    throw new NnError('invalid_argument', `a GGUF graph is one part, not ${parts.length}`);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-infer-gguf-'));
  try {
    const file = path.join(folder, 'model.gguf');
    writeFileSync(file, bytes, { mode: 0o600 });
    return load(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class GgmlGraph implements BackendGraph {
  readonly inputs = INPUTS;
  readonly outputs = OUTPUTS;

  constructor(
    readonly worker: SyncWorker,
    readonly id: number,
    readonly settings: GgmlOptions,
    readonly provider: ProviderReport,
    readonly release: string,
    readonly print: ((text: string) => void) | undefined,
  ) {}

  run(inputs: readonly (HostTensor | undefined)[], timeLimitMs: number): HostTensor[] {
    const { prompt, options } = this.#read(inputs);
    if (options['stream-stdout'] && !options.embedding && this.print !== undefined) {
      return this.#runAloud(inputs, timeLimitMs, this.print);
    }
    const piece = this.worker.call<GgmlPiece>('generate', [this.id, prompt, options], timeLimitMs);
    const outputs = this.#outputs(piece.text, piece);
    if (piece.full) {
      throw new NnError('context_full', 'the context is full before the answer has ended').withOutputs(
        outputs,
      );
    }
    return outputs;
  }

  /** As `run`, with each piece written out as soon as it is there. */
  #runAloud(
    inputs: readonly (HostTensor | undefined)[],
    timeLimitMs: number,
    print: (text: string) => void,
  ): HostTensor[] {
    const end = performance.now() + timeLimitMs;
    const stream = this.stream(inputs);
    try {
      for (;;) {
        const [piece] = stream.next(end - performance.now());
        if (piece !== undefined) print(new TextDecoder().decode(piece.bytes));
      }
    } catch (thrown) {
      const error = toNnError(thrown);
      if (error.kind === 'end_of_sequence') return stream.soFar();
      throw error.kind === 'context_full' ? error.withOutputs(stream.soFar()) : error;
    } finally {
      stream.close();
    }
  }

  stream(inputs: readonly (HostTensor | undefined)[]): OutputStream {
    const { prompt, options } = this.#read(inputs);
    const stream = this.worker.call<number>('begin', [this.id, prompt, options]);
    let text = '';
    let tokens: Tokens = { inputTokens: this.#count(prompt), outputTokens: 0 };
    return {
      next: (timeLimitMs) => {
        const piece = this.worker.call<GgmlPiece>('next', [stream], timeLimitMs);
        tokens = piece;
        if (piece.full) throw new NnError('context_full', 'the context is full');
        if (piece.ended) throw new NnError('end_of_sequence', 'the text has ended');
        text += piece.text;
        return this.#outputs(piece.text, piece);
      },
      soFar: () => this.#outputs(text, tokens),
      close: () => this.worker.tell('end', [stream]),
    };
  }

  /** No text yet, and how many tokens the prompt has: guests ask before they compute. */
  idleOutputs(inputs: readonly (HostTensor | undefined)[]): HostTensor[] {
    const { prompt } = this.#read(inputs);
    return this.#outputs('', { inputTokens: this.#count(prompt), outputTokens: 0 });
  }

  close(): void {
    this.worker.tell('close', [this.id]);
  }

  #count(prompt: string): number {
    return this.worker.call<number>('count', [this.id, prompt]);
  }

  #read(inputs: readonly (HostTensor | undefined)[]): { prompt: string; options: GgmlOptions } {
    const text = (tensor: HostTensor | undefined) =>
      tensor === undefined ? '' : new TextDecoder().decode(tensor.bytes);
    return { prompt: text(inputs[0]), options: { ...this.settings, ...readGgmlOptions(text(inputs[1])) } };
  }

  /** Text and metadata, with the words that WasmEdge has for it. */
  #outputs(text: string, { inputTokens, outputTokens }: Tokens): HostTensor[] {
    const metadata = {
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      llama_build_number: Number(/^b(\d+)$/.exec(this.release)?.[1] ?? 0),
      llama_commit: this.release,
    };
    return [text, JSON.stringify(metadata)].map((content) => {
      const bytes = new TextEncoder().encode(content);
      return { dtype: 'u8', dims: [bytes.byteLength], bytes };
    });
  }
}

type Tokens = Pick<GgmlPiece, 'inputTokens' | 'outputTokens'>;
