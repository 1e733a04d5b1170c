/** ONNX Runtime Web, loaded from the page's own server. */
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { Browser } from './dom.js';
import type { BrowserSettings } from './options.js';

type OrtSettings = Pick<BrowserSettings, 'provider' | 'onnxruntime' | 'threads'>;

/** A tensor of ONNX Runtime Web. */
export interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: { readonly buffer: ArrayBuffer; readonly byteOffset: number; readonly byteLength: number };
  getData(): Promise<OrtTensor['data']>;
  dispose(): void;
}

/** A graph that is loaded. */
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly { readonly type?: string }[];
  run(feeds: Record<string, OrtTensor>, fetches?: readonly string[]): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** The part of onnxruntime-web that is used. It is not imported by name: a worker has no import map. */
export interface Ort {
  readonly env: { logLevel: string; wasm: { wasmPaths: string; numThreads: number; proxy: boolean } };
  readonly Tensor: new (type: string, data: object, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<OrtSession>;
  };
}

const FILES = { wasm: 'ort.wasm.min.mjs', webgpu: 'ort.webgpu.min.mjs' } as const;

const ERRORS = 3;

/** Options of a session: the one provider (ONNX Runtime runs nodes that it lacks on the CPU), no warnings in the page's console. */
export function sessionOptions(provider: BrowserSettings['provider']): Record<string, unknown> {
  return { executionProviders: [provider], logSeverityLevel: ERRORS };
}

/** An error of exit code 5. */
export function runtimeFailure(code: string, message: string, hint: string, cause?: unknown): EdgeInferError {
  return new EdgeInferError({ code, message, hint, exitCode: EXIT.runtime, cause });
}

/**
 * Loads the library from its folder.
 *
 * @throws EdgeInferError `ONNXRUNTIME_MISSING`, `PROVIDER_MISSING` (exit 5)
 */
export async function loadOrt({ provider, onnxruntime, threads }: OrtSettings): Promise<Ort> {
  if (provider === 'webgpu' && Browser.navigator.gpu === undefined) {
    throw runtimeFailure('PROVIDER_MISSING', 'this browser has no WebGPU', "use provider: 'wasm'");
  }
  const url = `${onnxruntime}${FILES[provider]}`;
  let ort: Ort;
  try {
    ort = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Ort;
  } catch (cause) {
    throw runtimeFailure(
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
