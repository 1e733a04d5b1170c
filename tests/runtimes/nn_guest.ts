/** Small WASI-NN guests for the native runtimes: AssemblyScript text in, answers by name out. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import asc from 'assemblyscript/asc';
import {
  defaultRuntimesRoot,
  type InstalledRuntime,
  readManifest,
} from '../../host/runtimes/install/index.js';
import type { InstallableName } from '../../host/runtimes/install/manifest.js';
import type { Requirement } from '../support/requirements.js';

/** The imports, and `say(name, number)` and `sayBytes(name, address, length)`, which the test reads back. */
const PRELUDE = `
@external("wasi_ephemeral_nn", "load")
declare function nnLoad(builder: usize, count: u32, encoding: u32, target: u32, out: usize): i32;
@external("wasi_ephemeral_nn", "load_by_name")
declare function loadByName(name: usize, length: u32, out: usize): i32;
@external("wasi_ephemeral_nn", "load_by_name_with_config")
declare function loadByNameWithConfig(name: usize, length: u32, config: usize, configLength: u32, out: usize): i32;
@external("wasi_ephemeral_nn", "init_execution_context")
declare function initContext(graph: u32, out: usize): i32;
@external("wasi_ephemeral_nn", "set_input")
declare function setInput(context: u32, index: u32, tensor: usize): i32;
@external("wasi_ephemeral_nn", "compute")
declare function compute(context: u32): i32;
@external("wasi_ephemeral_nn", "get_output")
declare function getOutput(context: u32, index: u32, buffer: usize, size: u32, written: usize): i32;
@external("wasi_ephemeral_nn", "unload")
declare function unload(graph: u32): i32;
@external("wasi_ephemeral_nn", "finalize_execution_context")
declare function finalizeContext(context: u32): i32;
@external("wasi_ephemeral_nn", "compute_single")
declare function computeSingle(context: u32): i32;
@external("wasi_ephemeral_nn", "get_output_single")
declare function getOutputSingle(context: u32, index: u32, buffer: usize, size: u32, written: usize): i32;
@external("wasi_ephemeral_nn", "fini_single")
declare function finiSingle(context: u32): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fdWrite(fd: u32, iovs: usize, count: u32, written: usize): i32;

const OUT: usize = memory.data(4, 4);
const IOV: usize = memory.data(16, 8);
const BUFFER: usize = memory.data(256, 8);
const TEXT: usize = memory.data(1024, 8);
let textLength: u32 = 0;

function put(code: u32): void { store<u8>(TEXT + textLength++, <u8>code); }
function putName(name: string): void {
  for (let i = 0; i < name.length; i++) put(name.charCodeAt(i));
  put(32);
}
function flush(): void {
  put(10);
  store<u32>(IOV, <u32>TEXT);
  store<u32>(IOV + 4, textLength);
  fdWrite(1, IOV, 1, IOV + 8);
  textLength = 0;
}
function say(name: string, value: i32): void {
  putName(name);
  if (value < 0) put(45);
  let rest: u32 = value < 0 ? 0 - <u32>value : <u32>value;
  let scale: u32 = 1;
  while (rest / scale >= 10) scale *= 10;
  for (; scale > 0; scale /= 10) put(48 + rest / scale % 10);
  flush();
}
function sayBytes(name: string, at: usize, length: u32): void {
  putName(name);
  for (let i: u32 = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    const high: u32 = byte >> 4, low: u32 = byte & 15;
    put(high < 10 ? 48 + high : 87 + high);
    put(low < 10 ? 48 + low : 87 + low);
  }
  flush();
}
const TENSOR: usize = memory.data(20, 4);
const DIMS: usize = memory.data(16, 4);
function tensor(type: u32, d0: u32, d1: u32, rank: u32, data: usize, length: u32): usize {
  store<u32>(DIMS, d0);
  store<u32>(DIMS + 4, d1);
  store<u32>(TENSOR, <u32>DIMS);
  store<u32>(TENSOR + 4, rank);
  store<u32>(TENSOR + 8, type);
  store<u32>(TENSOR + 12, <u32>data);
  store<u32>(TENSOR + 16, length);
  return TENSOR;
}
const BUILDER: usize = memory.data(8, 4);
function builder(model: usize, length: u32): usize {
  store<u32>(BUILDER, <u32>model);
  store<u32>(BUILDER + 4, length);
  return BUILDER;
}
`;

/** AssemblyScript text of a constant: the address of these bytes. */
export function data(bytes: Uint8Array): string {
  return bytes.byteLength === 0 ? 'memory.data(8, 8)' : `memory.data<u8>([${[...bytes].join(', ')}], 8)`;
}

/** Compiles a guest into `folder`; its file. */
export async function compileGuest(folder: string, name: string, body: string): Promise<string> {
  const source = path.join(folder, `${name}.ts`);
  const file = path.join(folder, `${name}.wasm`);
  writeFileSync(source, PRELUDE + body);
  const { error, stderr } = await asc.main([
    `${name}.ts`,
    ...['--baseDir', folder, '--outFile', `${name}.wasm`, '--runtime', 'stub', '--use', 'abort='],
    ...['--exportStart', '_start', '-O1', '--initialMemory', '2'],
  ]);
  if (error !== null) throw new Error(`the guest ${name} does not compile: ${stderr.toString()}`);
  return file;
}

/** An installed runtime, as a requirement of a test. */
export function installed(name: InstallableName): Requirement<InstalledRuntime> {
  return () => {
    const found = readManifest(defaultRuntimesRoot())[name];
    return found === undefined ? { missing: `needs ${name}: npm run runtimes` } : { value: found };
  };
}

/** What a guest said. */
export interface Answers {
  exitCode: number;
  said: Readonly<Record<string, string>>;
  stdout: string;
  stderr: string;
}

const execute = promisify(execFile);

/** Runs a program of an installed runtime to its end; a failure is an exit code, a signal is an error. */
export async function runInstalled(
  runtime: InstalledRuntime,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answers> {
  const [program = '', ...first] = runtime.command;
  const options = { env: { ...process.env, ...runtime.env, ...env }, timeout: 60_000 };
  const { stdout, stderr, code } = await execute(program, [...first, ...args], options).then(
    (done) => ({ ...done, code: 0 }),
    (failure: Error & { code?: number; signal?: string; stdout?: string; stderr?: string }) => {
      if (typeof failure.code !== 'number') throw failure;
      return { stdout: failure.stdout ?? '', stderr: failure.stderr ?? '', code: failure.code };
    },
  );
  const said: Record<string, string> = {};
  for (const line of stdout.split('\n')) {
    const at = line.indexOf(' ');
    if (at > 0) said[line.slice(0, at)] = line.slice(at + 1);
  }
  return { exitCode: code, said, stdout, stderr };
}
