/** Finds onnxruntime-node and types the part of its synchronous binding that is used here. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { NnError } from '../errors.js';
import { findPackage } from './packages.js';

/** A typed array that ONNX Runtime takes. */
export type OrtData = ArrayBufferView & { readonly length: number };

/** The part of onnxruntime-common's `Tensor` that is used. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: OrtData | string[];
}

interface OrtValueInfo {
  name: string;
  isTensor: boolean;
  /** `ONNXTensorElementDataType`. */
  type: number;
  shape: number[];
}

/** A native session: everything is synchronous. */
export interface OrtSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  readonly inputMetadata: OrtValueInfo[];
  readonly outputMetadata: OrtValueInfo[];
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
    options: object,
  ): Record<string, OrtTensor>;
  dispose(): void;
}

/** What {@link loadOnnxRuntime} gives. */
export interface OnnxRuntime {
  version: string;
  /** Folder of the package. */
  root: string;
  createSession(): OrtSession;
  Tensor: new (type: string, data: OrtData, dims: readonly number[]) => OrtTensor;
  /** Execution providers built into this copy. */
  providers: readonly string[];
}

/** The command that gets onnxruntime-node when it is missing. */
export const INSTALL_HINT = 'run npm install --ignore-scripts onnxruntime-node@1.30.0';

let loaded: OnnxRuntime | undefined;

/** Folder of onnxruntime-node, undefined when it is not installed. */
export function findOnnxRuntime(): string | undefined {
  return findPackage('onnxruntime-node')?.folder;
}

/**
 * Loads ONNX Runtime's native library (once a process).
 *
 * @throws NnError `unsupported_operation` when it is not installed or does not load here, with what to run.
 */
export function loadOnnxRuntime(): OnnxRuntime {
  if (loaded !== undefined) return loaded;
  const root = findOnnxRuntime();
  if (root === undefined) {
    throw new NnError('unsupported_operation', `onnxruntime-node is not installed; ${INSTALL_HINT}`);
  }
  try {
    loaded = load(root);
    return loaded;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new NnError('unsupported_operation', `onnxruntime-node does not load (${root}): ${text}`, cause);
  }
}

interface BindingModule {
  initOrt(): void;
  binding: {
    InferenceSession: new () => OrtSession;
    listSupportedBackends(): { name: string; bundled: boolean }[];
  };
}

function load(root: string): OnnxRuntime {
  // The package has no "exports", so its inner file can be required by its path.
  const require = createRequire(path.join(root, 'package.json'));
  const binding = require(path.join(root, 'dist', 'binding.js')) as BindingModule;
  const common = require('onnxruntime-common') as Pick<OnnxRuntime, 'Tensor'>;
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  binding.initOrt();
  return {
    version,
    root,
    Tensor: common.Tensor,
    createSession: () => new binding.binding.InferenceSession(),
    providers: binding.binding
      .listSupportedBackends()
      .filter((provider) => provider.bundled)
      .map((provider) => provider.name),
  };
}
