/** edge_kernels.wasm as a host uses it: a card, then pictures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Wasm, type WasmMemory } from '../../host/wasm.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';

/** What a call gave: exit code (0 good), error code and text, the tensor. */
export interface Preprocessed {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly tensor: Buffer;
}

/** An instance with its card open. */
export interface Kernels {
  readonly memory: WasmMemory;
  readonly opened: Preprocessed;
  /** Takes memory for the file, and gives it back. */
  preprocess(file: Uint8Array): Preprocessed;
}

/** Card of a classifier: RGB f32 NCHW of height x width, divided by 255; `resize` and other fields of the input as given. */
export function inputCard(height: number, width: number, resize: object, input: object = {}): object {
  return {
    schema: 1,
    name: 'test',
    version: '1',
    task: 'classify',
    input: {
      name: 'x',
      dtype: 'f32',
      layout: 'NCHW',
      shape: [1, 3, height, width],
      color: 'RGB',
      resize,
      normalize: { divide: 255 },
      ...input,
    },
    output: { name: 'y', dtype: 'f32', kind: 'logits', labels: 'labels.txt' },
    graphs: [],
  };
}

/** A fresh instance; `card` is an object, or the bytes of a card; `labels` the bytes of its labels file, if any. */
export function openKernels(card: object | Uint8Array, labels?: Uint8Array): Kernels {
  const module = new Wasm.Module(readFileSync(join(CHECKOUT, 'dist/wasm/edge_kernels.wasm')));
  const { exports } = new Wasm.Instance(module);
  const memory = exports.memory as WasmMemory;
  const call = exports as Record<string, (...values: number[]) => number>;
  const u32 = (at: number) => new DataView(memory.buffer).getUint32(at, true);
  const bytes = (at: number) => Buffer.from(new Uint8Array(memory.buffer, u32(at), u32(at + 4)));
  const put = (data: Uint8Array) => {
    const at = call.edge_alloc!(data.length);
    new Uint8Array(memory.buffer).set(data, at);
    return at;
  };
  const read = (result: number, tensor: boolean): Preprocessed => ({
    status: u32(result),
    code: bytes(result + 4).toString(),
    message: bytes(result + 12).toString(),
    tensor: tensor && u32(result) === 0 ? bytes(result + 28) : Buffer.alloc(0),
  });
  const text = card instanceof Uint8Array ? card : Buffer.from(JSON.stringify(card));
  const labelsAt = labels === undefined ? 0 : put(labels);
  const opened = read(call.edge_open_card!(put(text), text.length, labelsAt, labels?.length ?? 0), false);
  call.edge_reset!();
  return {
    memory,
    opened,
    preprocess(file) {
      const result = read(call.edge_preprocess!(put(file), file.length, 0, 0, 0), true);
      call.edge_reset!();
      return result;
    },
  };
}
