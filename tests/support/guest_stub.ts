/** The built core module in this process, over node:wasi and a WASI-NN that gives fixed logits. */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWasi } from '../../host/runtimes/node_wasi.js';
import { Wasm, type WasmMemory } from '../../host/wasm.js';

/** What the stub does; every function answers an errno. */
export interface StubOptions {
  /** Output of the graph. */
  logits?: number[];
  /** Errno of load for each encoding number. */
  load?: (encoding: number) => number;
  /** Errno of the calls of that name. */
  errno?: Partial<
    Record<'load_by_name' | 'init_execution_context' | 'set_input' | 'compute' | 'get_output', number>
  >;
}

/** An instance of the module, for command or reactor use. */
export interface Guest {
  readonly memory: WasmMemory;
  readonly exports: Record<string, (...values: number[]) => number>;
  /** The SHA-256 of the bytes that set_input got last. */
  inputHash(): string;
  run(): number;
}

let compiled: InstanceType<typeof Wasm.Module> | undefined;

/** Instantiates the module with `.` = folder; streams go to files in the folder. */
export async function openGuest(
  folder: string,
  args: readonly string[] = [],
  stub: StubOptions = {},
  streams: { stdin?: number; stdout?: number; stderr?: number } = {},
  reactor = false,
): Promise<Guest> {
  const wasi = await createWasi({
    version: 'preview1',
    args: ['edge_infer', ...args],
    preopens: { '.': folder },
    returnOnExit: true,
    ...streams,
  });
  compiled ??= new Wasm.Module(
    readFileSync(new URL('../../wasm/edge_infer.wasm', import.meta.url)) as Uint8Array<ArrayBuffer>,
  );
  const logits = Float32Array.from(stub.logits ?? [0, 3, 1, 3]);
  let memory!: WasmMemory;
  let hash = '';
  const view = () => new DataView(memory.buffer as ArrayBuffer);
  const nn = {
    load: (_from: number, _count: number, encoding: number, _target: number, out: number) => {
      view().setUint32(out, 0, true);
      return stub.load?.(encoding) ?? 0;
    },
    load_by_name: () => stub.errno?.load_by_name ?? 0,
    init_execution_context: () => stub.errno?.init_execution_context ?? 0,
    set_input: (_context: number, _index: number, tensor: number) => {
      const bytes = new Uint8Array(
        memory.buffer,
        view().getUint32(tensor + 12, true),
        view().getUint32(tensor + 16, true),
      );
      hash = createHash('sha256').update(bytes).digest('hex');
      return stub.errno?.set_input ?? 0;
    },
    compute: () => stub.errno?.compute ?? 0,
    get_output: (_context: number, _index: number, to: number, capacity: number, written: number) => {
      if (logits.byteLength > capacity) return 7;
      new Uint8Array(memory.buffer).set(new Uint8Array(logits.buffer), to);
      view().setUint32(written, logits.byteLength, true);
      return stub.errno?.get_output ?? 0;
    },
  };
  const instance = new Wasm.Instance(compiled, {
    wasi_snapshot_preview1: wasi.wasiImport as object,
    wasi_ephemeral_nn: nn,
  });
  memory = instance.exports.memory as WasmMemory;
  // node:wasi refuses to initialise a module that has `_start`; the memory is all that it needs.
  if (reactor) wasi.initialize({ exports: { memory } });
  return {
    memory,
    exports: instance.exports as Guest['exports'],
    inputHash: () => hash,
    run: () => Number(wasi.start(instance)),
  };
}

/** What a command line did. */
export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
  guest: Guest;
}

/** Runs the command line. */
export async function runGuestCli(
  folder: string,
  args: readonly string[],
  stub: StubOptions = {},
  stdin = '',
): Promise<Outcome> {
  const file = (name: string) => join(folder, `.${name}`);
  writeFileSync(file('in'), stdin);
  const fds = {
    stdin: openSync(file('in'), 'r'),
    stdout: openSync(file('out'), 'w'),
    stderr: openSync(file('err'), 'w'),
  };
  try {
    const guest = await openGuest(folder, args, stub, fds);
    const exitCode = guest.run();
    const text = (name: string) => readFileSync(file(name), 'utf8');
    return { exitCode, stdout: text('out'), stderr: text('err'), guest };
  } finally {
    for (const fd of Object.values(fds)) closeSync(fd);
  }
}

type Json = { [key: string]: unknown };

/** Writes a model package of 4 classes over 4 x 4 RGB pixels to `folder/model`; `change` edits the card first. */
export function writeModel(
  folder: string,
  change: (card: Json) => void = () => {},
  labels = 'cat\ndog\nbird\nfish\n',
): void {
  const at = join(folder, 'model');
  mkdirSync(at, { recursive: true });
  const listed = (path: string, text: string) => {
    writeFileSync(join(at, path), text);
    return { path, sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
  };
  const card: Json = {
    schema: 1,
    name: 'tiny',
    version: '2.0.1',
    task: 'classify',
    input: {
      name: 'input',
      dtype: 'f32',
      layout: 'NCHW',
      shape: [1, 3, 4, 4],
      color: 'RGB',
      resize: { profile: 'pillow', filter: 'bilinear', size: [4, 4] },
      normalize: { divide: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
    output: { name: 'logits', dtype: 'f32', kind: 'logits', labels: 'labels.txt' },
    graphs: [
      { encoding: 'onnx', precision: 'fp32', files: [listed('model.onnx', 'onnx bytes')] },
      {
        encoding: 'openvino',
        precision: 'fp16',
        files: [listed('model.xml', '<xml/>'), listed('model.bin', 'weights')],
      },
    ],
    files: [listed('labels.txt', labels)],
  };
  change(card);
  writeFileSync(join(at, 'model.json'), JSON.stringify(card));
}

/** Bytes 0, 1, 2, ... of a 4 x 4 RGB picture. */
export function rawPixels(): Uint8Array {
  return Uint8Array.from({ length: 48 }, (_, index) => index * 5);
}

/** A binary PPM file of width x height with a gradient. */
export function ppm(width: number, height: number): Uint8Array {
  const head = Buffer.from(`P6\n${width} ${height}\n255\n`);
  return Buffer.concat([head, Uint8Array.from({ length: width * height * 3 }, (_, index) => index % 251)]);
}
