/** The guest that measures: it calls WASI-NN and reads the monotonic clock by itself, so no host is in between. */
import asc from 'assemblyscript/asc';

/** Elements (f32) of the small tensor: 1 KiB. */
export const SMALL = 256;
/** Elements (f32) of the large tensor: 4 MiB. */
export const LARGE = 1 << 20;
/** How often the whole is measured; the first third warms up. */
export const ROUNDS = 21;

const SOURCE = `
@external("wasi_snapshot_preview1", "clock_time_get")
declare function clock_time_get(id: u32, precision: u64, out: usize): u32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: u32, iovs: usize, count: u32, written: usize): u32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: u32): void;
@external("wasi_ephemeral_nn", "load_by_name")
declare function nn_load_by_name(name: usize, length: usize, out: usize): u32;
@external("wasi_ephemeral_nn", "init_execution_context")
declare function nn_init(graph: u32, out: usize): u32;
@external("wasi_ephemeral_nn", "set_input")
declare function nn_set_input(context: u32, index: u32, tensor: usize): u32;
@external("wasi_ephemeral_nn", "compute")
declare function nn_compute(context: u32): u32;
@external("wasi_ephemeral_nn", "get_output")
declare function nn_get_output(context: u32, index: u32, buffer: usize, size: u32, written: usize): u32;

const CALLS: u32 = 1000;
const SCRATCH: usize = memory.data(256, 16);
const OUT: usize = SCRATCH + 64;
const TENSOR: usize = SCRATCH + 80;
const DIMS: usize = SCRATCH + 104;
const DATA: usize = 1 << 20;
const ANSWER: usize = DATA + (8 << 20);

function now(): u64 { clock_time_get(1, 1, SCRATCH); return load<u64>(SCRATCH); }
function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  store<u32>(SCRATCH, changetype<usize>(bytes));
  store<u32>(SCRATCH, bytes.byteLength, 4);
  fd_write(1, SCRATCH, 1, SCRATCH + 8);
}
function must(errno: u32, call: string): void {
  if (errno == 0) return;
  print("failed " + call + " " + errno.toString() + "\\n");
  proc_exit(1);
}
function tell(name: string, calls: u32, ns: u64): void {
  print(name + " " + calls.toString() + " " + ns.toString() + "\\n");
}
function open(name: string): u32 {
  const bytes = String.UTF8.encode(name);
  must(nn_load_by_name(changetype<usize>(bytes), bytes.byteLength, OUT), "load_by_name");
  return load<u32>(OUT);
}
function setTensor(count: u32): void {
  store<u32>(DIMS, count);
  store<u32>(TENSOR, <u32>DIMS);
  store<u32>(TENSOR, 1, 4);
  store<u32>(TENSOR, 1, 8);
  store<u32>(TENSOR, <u32>DATA, 12);
  store<u32>(TENSOR, count * 4, 16);
}

/** One context, \`calls\` times each of the three calls of an inference. */
function measure(name: string, context: u32, count: u32, calls: u32): void {
  setTensor(count);
  const t0 = now();
  for (let i: u32 = 0; i < calls; i++) must(nn_set_input(context, 0, TENSOR), "set_input");
  const t1 = now();
  for (let i: u32 = 0; i < calls; i++) must(nn_compute(context), "compute");
  const t2 = now();
  for (let i: u32 = 0; i < calls; i++) must(nn_get_output(context, 0, ANSWER, count * 4, OUT), "get_output");
  const t3 = now();
  tell("set_input_" + name, calls, t1 - t0);
  tell("compute_" + name, calls, t2 - t1);
  tell("get_output_" + name, calls, t3 - t2);
}

export function _start(): void {
  memory.grow(300);
  const graph = open("identity");
  must(nn_init(graph, OUT), "init_execution_context");
  const small = load<u32>(OUT);
  must(nn_init(graph, OUT), "init_execution_context");
  const large = load<u32>(OUT);
  for (let round = 0; round < ${ROUNDS}; round++) {
    let at = now();
    open("identity");
    tell("load_by_name", 1, now() - at);
    at = now();
    for (let i = 0; i < 20; i++) must(nn_init(graph, OUT), "init_execution_context");
    tell("init_execution_context", 20, now() - at);
    measure("small", small, ${SMALL}, CALLS);
    measure("large", large, ${LARGE}, 2);
  }
}`;

/** Compiles the guest, a core module of WASI preview 1. */
export async function overheadGuest(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['guest.ts', '-o', 'guest.wasm', '--runtime', 'stub', '--use', 'abort=', '-O3'],
    {
      readFile: (name) => (name === 'guest.ts' ? SOURCE : null),
      writeFile: (name, contents) => {
        if (name === 'guest.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return binary;
}
