/** What hosts are known to do differently, with where it is said. A deviation that is not here is a failure. */
import type { RuntimeName } from '../runtimes/runtime.js';

/** One known deviation. */
export interface Deviation {
  readonly why: string;
  /** Issue, source file or specification. */
  readonly reference: string;
}

interface Known extends Deviation {
  readonly runtimes: readonly RuntimeName[];
  readonly cases: readonly string[];
  /** What the host prints instead; any of them. */
  readonly prints: readonly string[];
}

const STOPPED = 'the guest was stopped';
const WITX = 'wasmtime 48, crates/wasi-nn/src/witx.rs';
const ONNX = 'wasmtime 48, crates/wasi-nn/src/backend/onnx.rs';

const KNOWN: readonly Known[] = [
  {
    why: "WasmEdge's further functions are not there, so the module does not link",
    reference: 'wasmtime 48, crates/wasi-nn/witx/wasi-nn.witx',
    runtimes: ['wasmtime'],
    cases: ['link_extras', 'unload_and_use'],
    prints: [STOPPED],
  },
  {
    why: 'the ONNX backend takes and gives f32 only; other types are an error, or end the process',
    reference: ONNX,
    runtimes: ['wasmtime', 'wasmtime-component'],
    cases: ['type_f16', 'type_f64', 'type_u8', 'type_i32', 'type_i64', 'type_old_u8', 'type_old_i32'],
    prints: [STOPPED, `set_input failed: 5 | ${STOPPED}`, `init_execution_context failed: 5 | ${STOPPED}`],
  },
  {
    why: 'an unknown name is unsupported_operation',
    reference: WITX,
    runtimes: ['wasmtime'],
    cases: ['name_unknown'],
    prints: ['load_by_name: 6'],
  },
  {
    why: 'a number that was never given is unsupported_operation',
    reference: WITX,
    runtimes: ['wasmtime'],
    cases: ['handle_of_nothing'],
    prints: ['init_execution_context: 6 | set_input: 6 | compute: 6 | get_output: 6'],
  },
  {
    why: 'a number that is no case of an enumeration traps instead of an errno',
    reference: 'wasmtime 48, crates/wiggle/generate/src/types/handle.rs and enum.rs: GuestError is a trap',
    runtimes: ['wasmtime'],
    cases: ['encoding_unknown', 'target_unknown'],
    prints: [STOPPED],
  },
  {
    why: 'a pointer outside of memory ends the process (unimplemented!) instead of an errno',
    reference: `${WITX}, WasiNNError::GuestError`,
    runtimes: ['wasmtime'],
    cases: ['pointer_name', 'pointer_out', 'pointer_tensor', 'pointer_builder', 'pointer_buffer'],
    prints: [STOPPED],
  },
  {
    why: 'the length of a tensor is not compared with its dimensions at set_input',
    reference: WITX,
    runtimes: ['wasmtime'],
    cases: ['input_length'],
    prints: ['short: 0 | long: 0'],
  },
  {
    why: 'the size that an output needs is not written',
    reference: WITX,
    runtimes: ['wasmtime'],
    cases: ['output_too_small'],
    prints: ['get_output: 7 | needed: 0 | untouched'],
  },
  {
    why: 'an encoding without backend is invalid-encoding',
    reference: 'wasmtime 48, crates/wasi-nn/src/wit.rs',
    runtimes: ['wasmtime-component'],
    cases: ['encoding_without_backend'],
    prints: ['load: 2'],
  },
  {
    why: "an encoding without backend is invalid_argument: our plug-in answers as WasmEdge's own do",
    reference: 'WasmEdge 0.17.1, plugins/wasi_nn/wasinnfunc.cpp',
    runtimes: ['wasmedge'],
    cases: ['encoding_without_backend'],
    prints: ['load: 1'],
  },
];

/** The deviation that explains what a host printed in a case, or undefined. */
export function knownDeviation(
  runtime: RuntimeName,
  name: string,
  actual: readonly string[],
): Deviation | undefined {
  const text = actual.join(' | ');
  return KNOWN.find(
    ({ runtimes, cases, prints }) =>
      runtimes.includes(runtime) && cases.includes(name) && prints.includes(text),
  );
}
