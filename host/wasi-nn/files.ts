/** Named graphs that lie in files of the host. The guest knows the name only. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Encoding, Target } from './backends/backend.js';
import { NnError } from './errors.js';
import type { NamedGraph } from './registry.js';

/** File names that a folder of `-S nn-graph=ENC::DIR` has, in the order of WASI-NN `load`. */
const FOLDER_FILES: Partial<Record<Encoding, readonly string[]>> = {
  onnx: ['model.onnx'],
  openvino: ['model.xml', 'model.bin'],
  tensorflowlite: ['model.tflite'],
  pytorch: ['model.pt'],
  ggml: ['model.gguf'],
};

/** A graph whose parts are `files`, read when a guest first loads it. */
export function graphFromFiles(
  encoding: Encoding,
  files: readonly string[],
  target: Target = 'cpu',
): NamedGraph {
  const absolute = files.map((file) => path.resolve(file));
  return { encoding, target, files: absolute, parts: () => absolute.map((file) => readPart(file)) };
}

/**
 * The files that a folder of a graph has, in the order of WASI-NN `load`: `model.onnx`, or `model.xml` and
 * `model.bin`, as Wasmtime wants them.
 *
 * @throws NnError `invalid_encoding` for an encoding without a layout
 */
export function graphFilesIn(encoding: Encoding, directory: string): string[] {
  const names = FOLDER_FILES[encoding];
  if (names === undefined) throw new NnError('invalid_encoding', `no folder layout is known for ${encoding}`);
  return names.map((name) => path.join(directory, name));
}

/**
 * A graph in a folder laid out as {@link graphFilesIn} says.
 *
 * @example
 * createWasiNN({ graphs: { mobilenet: graphFromDirectory('onnx', './mobilenet') } });
 */
export function graphFromDirectory(
  encoding: Encoding,
  directory: string,
  target: Target = 'cpu',
): NamedGraph {
  return graphFromFiles(encoding, graphFilesIn(encoding, directory), target);
}

function readPart(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new NnError('not_found', `cannot read ${path.basename(file)} (${why})`, error);
  }
}
