/**
 * What a WASI-NN host must do, one behaviour a case: a guest of tests/conformance/guests* and the lines that it prints.
 * Sources: wasi-nn's witx and wit files, WasmEdge's and Wasmtime's hosts where those are silent.
 */

/** One behaviour. */
export interface ConformanceCase {
  /** Name of the guest. */
  readonly name: string;
  /** What must be true. */
  readonly says: string;
  /** The lines of a host that conforms. */
  readonly expected: readonly string[];
  /**
   * `portable`: the six functions, as a core module and, through the adapter, as a component; `extras`: WasmEdge's
   * functions too, core only; `typed`: a component that calls `wasi:nn` itself.
   */
  readonly kind: 'portable' | 'extras' | 'typed';
}

const ONES = '1.0 2.0 3.0 4.0 ';
const TWOS = '2.0 4.0 6.0 8.0 ';
const THREES = '3.0 6.0 9.0 12.0 ';

const portable = (name: string, says: string, ...expected: string[]): ConformanceCase => ({
  name,
  says,
  expected,
  kind: 'portable',
});
const typed = (name: string, says: string, ...expected: string[]): ConformanceCase => ({
  name,
  says,
  expected,
  kind: 'typed',
});
const roundTrip = (type: string, bytes: number) =>
  portable(`type_${type}`, `tensors of ${type} go through unchanged`, `bytes: ${bytes}`, 'equal');

/** All cases, in the order in which they are shown. */
export const CASES: readonly ConformanceCase[] = [
  portable(
    'link_portable',
    'the six portable functions link and run a graph by name and from bytes',
    ONES,
    TWOS,
  ),
  {
    name: 'link_extras',
    says: "WasmEdge's six further functions link; unload and finalize work",
    expected: ['does not stream', 'no piece', ONES],
    kind: 'extras',
  },
  portable('handles_from_zero', 'the first numbers are 0, and 0 is valid', 'graph: 0', 'context: 0', ONES),
  roundTrip('f16', 8),
  roundTrip('f64', 32),
  roundTrip('u8', 4),
  roundTrip('i32', 16),
  roundTrip('i64', 32),
  portable('type_old_u8', 'type 2 with one byte an element is u8 (wasi-nn <= 0.5)', 'bytes: 4', 'equal'),
  portable('type_old_i32', 'type 3 with four bytes an element is i32 (wasi-nn <= 0.5)', 'bytes: 16', 'equal'),
  portable('padding', 'the bytes behind the type may hold anything', ONES),
  portable(
    'two_inputs_two_outputs',
    'indices say which input and output',
    '10.0 40.0 90.0 160.0 ',
    '11.0 22.0 33.0 44.0 ',
  ),
  portable('dynamic_shape', 'a free dimension may change', '1.0 2.0 ', ONES),
  portable('input_is_copied', 'set_input takes a copy', ONES),
  portable('memory_grows', 'memory may grow between set_input and compute', ONES),
  portable('compute_again', 'inputs stay set', ONES, ONES, THREES),
  portable('contexts_apart', 'contexts share neither inputs nor outputs', ONES, '5.0 10.0 15.0 20.0 '),
  portable('many_contexts', 'a thousand contexts at once', ONES),
  portable('name_unknown', 'an unknown name is not_found', 'load_by_name: 8'),
  portable('encoding_unknown', 'an unknown encoding is invalid_encoding', 'load: 2'),
  portable('encoding_without_backend', 'an encoding without backend is unsupported_operation', 'load: 6'),
  portable('target_unknown', 'an unknown target is invalid_argument', 'load: 1'),
  portable(
    'graph_garbage',
    'bytes that are no graph are refused, and the host goes on',
    'refused',
    'refused',
    ONES,
  ),
  portable('graph_of_no_parts', 'a graph of no parts is refused', 'refused'),
  portable(
    'handle_of_nothing',
    'numbers that were never given are invalid_argument',
    ...['init_execution_context: 1', 'set_input: 1', 'compute: 1', 'get_output: 1'],
  ),
  portable('input_missing', 'a missing input is an error until it is set', 'refused', TWOS),
  portable('input_index', 'an input that the graph lacks is refused', 'refused'),
  portable('input_length', 'bytes that do not fit are invalid_argument at once', 'short: 1', 'long: 1'),
  portable('input_type', 'a type that the graph does not take is refused', 'refused'),
  portable('input_shape', 'a shape that the graph does not take is refused', 'refused'),
  portable('output_before_compute', 'there is no output before compute', 'refused'),
  portable('output_index', 'an output that the graph lacks is refused', 'refused'),
  portable(
    'output_too_small',
    'a buffer that is too small: too_large, the size needed, nothing written',
    ...['get_output: 7', 'needed: 16', 'untouched'],
  ),
  portable('output_buffer_larger', 'what lies behind an output is left alone', 'written: 16', 'untouched'),
  portable('pointer_name', 'a name outside of memory is invalid_argument', 'beyond: 1', 'too long: 1'),
  portable(
    'pointer_out',
    'a place for an answer outside of memory',
    'load_by_name: 1',
    'init_execution_context: 1',
  ),
  portable('pointer_tensor', 'a tensor outside of memory', 'tensor: 1', 'dimensions: 1', 'data: 1'),
  portable('pointer_builder', 'parts of a graph outside of memory', 'builder: 1', 'part: 1'),
  portable('pointer_buffer', 'an output buffer outside of memory', 'buffer: 1', 'written: 1'),
  {
    name: 'unload_and_use',
    says: 'what was given back is invalid_argument; a context outlives its graph',
    expected: ['unload again: 1', 'init_execution_context: 1', ONES, 'compute: 1'],
    kind: 'extras',
  },
  typed('wit_input_by_name', 'an input goes by its name, an output carries its own', 'y', ONES),
  typed('wit_input_by_index', 'an input goes by its decimal index', 'y', TWOS),
  typed('wit_input_unknown', 'a name that the graph lacks is refused', 'refused'),
  typed(
    'wit_two_inputs_two_outputs',
    'inputs in any order, outputs in that of the graph',
    ...['sum', '11.0 22.0 33.0 44.0 ', 'product', '10.0 40.0 90.0 160.0 '],
  ),
  typed('wit_graph_unknown', 'an unknown graph is not-found, with a text', 'code: 6', 'with a text'),
  typed('wit_graph_garbage', 'bytes that are no graph are refused', 'refused'),
  typed(
    'wit_tensor_keeps',
    'a tensor keeps dimensions, type and data',
    'rank: 1',
    'dimension: 3',
    'type: 1',
    '4.0 8.0 12.0 ',
  ),
  typed('wit_compute_twice', 'a context computes any number of times', 'y', ONES, 'y', TWOS, 'y', THREES),
  typed('wit_context_outlives_graph', 'a context outlives its graph', 'y', ONES),
  typed('wit_type_wrong', 'a type that the graph does not take is refused', 'refused'),
];
