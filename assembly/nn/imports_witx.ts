/**
 * WASI-NN, WITX form (`wasi_ephemeral_nn`): exactly the six functions that every runtime has.
 */

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'load')
export declare function nn_load(builders: usize, count: u32, encoding: u32, target: u32, graph: usize): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'load_by_name')
export declare function nn_load_by_name(name: usize, length: u32, graph: usize): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'init_execution_context')
export declare function nn_init_execution_context(graph: u32, context: usize): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'set_input')
export declare function nn_set_input(context: u32, index: u32, tensor: usize): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'compute')
export declare function nn_compute(context: u32): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'get_output')
export declare function nn_get_output(context: u32, index: u32, buffer: usize, capacity: u32, written: usize): u32;
