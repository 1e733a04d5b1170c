/** WasmEdge's functions beside the portable six, and what the guests need of WASI. */

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'load_by_name_with_config')
export declare function nn_load_by_name_with_config(name: usize, length: u32, config: usize, configLength: u32, graph: usize): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'unload')
export declare function nn_unload(graph: u32): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'finalize_execution_context')
export declare function nn_finalize_execution_context(context: u32): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'compute_single')
export declare function nn_compute_single(context: u32): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'get_output_single')
export declare function nn_get_output_single(context: u32, index: u32, buffer: usize, capacity: u32, written: usize): u32;

// @ts-ignore: decorator
@external('wasi_ephemeral_nn', 'fini_single')
export declare function nn_fini_single(context: u32): u32;
