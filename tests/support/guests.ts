/** Small guests, compiled from AssemblyScript while the test runs. */
import asc from 'assemblyscript/asc';

const PRELUDE = `
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, iovs: usize, count: i32, written: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;
@external("wasi_ephemeral_nn", "load")
declare function nn_load(builder: usize, count: i32, encoding: i32, target: i32, out: usize): i32;
@external("wasi_ephemeral_nn", "load_by_name")
declare function nn_load_by_name(name: usize, length: usize, out: usize): i32;
@external("wasi_ephemeral_nn", "init_execution_context")
declare function nn_init(graph: u32, out: usize): i32;
@external("wasi_ephemeral_nn", "set_input")
declare function nn_set_input(context: u32, index: u32, tensor: usize): i32;
@external("wasi_ephemeral_nn", "compute")
declare function nn_compute(context: u32): i32;
@external("wasi_ephemeral_nn", "get_output")
declare function nn_get_output(context: u32, index: u32, buffer: usize, size: u32, written: usize): i32;

const scratch: usize = memory.data(1024, 16);
function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  store<u32>(scratch, changetype<usize>(bytes));
  store<u32>(scratch, bytes.byteLength, 4);
  fd_write(1, scratch, 1, scratch + 8);
}
`;

/**
 * Compiles a guest. `print(text)`, `proc_exit`, `nn_*` and 1 KiB at `scratch` are there; `_start` must be exported.
 *
 * @throws Error with the compiler's messages
 */
export async function compileGuest(source: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['guest.ts', '-o', 'guest.wasm', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd', '-O'],
    {
      readFile: (name) => (name === 'guest.ts' ? PRELUDE + source : null),
      writeFile: (name, contents) => {
        if (name === 'guest.wasm' && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return binary;
}
