/**
 * WASI-NN, WIT form (`wasi:nn@0.2.0-rc-2024-10-28`), lowered by the canonical ABI to core functions. Results that do
 * not fit one number are written to `result`; lists come back in memory from `cabi_realloc`.
 */

// @ts-ignore: decorator
@external('wasi:nn/tensor@0.2.0-rc-2024-10-28', '[constructor]tensor')
export declare function tensorNew(dimensions: usize, count: u32, type: i32, data: usize, length: u32): i32;

// @ts-ignore: decorator
@external('wasi:nn/tensor@0.2.0-rc-2024-10-28', '[method]tensor.dimensions')
export declare function tensorDimensions(tensor: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/tensor@0.2.0-rc-2024-10-28', '[method]tensor.ty')
export declare function tensorType(tensor: i32): i32;

// @ts-ignore: decorator
@external('wasi:nn/tensor@0.2.0-rc-2024-10-28', '[method]tensor.data')
export declare function tensorData(tensor: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/tensor@0.2.0-rc-2024-10-28', '[resource-drop]tensor')
export declare function tensorDrop(tensor: i32): void;

// @ts-ignore: decorator
@external('wasi:nn/graph@0.2.0-rc-2024-10-28', 'load')
export declare function graphLoad(builders: usize, count: u32, encoding: i32, target: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/graph@0.2.0-rc-2024-10-28', 'load-by-name')
export declare function graphLoadByName(name: usize, length: u32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/graph@0.2.0-rc-2024-10-28', '[method]graph.init-execution-context')
export declare function graphInitContext(graph: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/graph@0.2.0-rc-2024-10-28', '[resource-drop]graph')
export declare function graphDrop(graph: i32): void;

// @ts-ignore: decorator
@external('wasi:nn/inference@0.2.0-rc-2024-10-28', '[method]graph-execution-context.compute')
export declare function contextCompute(context: i32, inputs: usize, count: u32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/inference@0.2.0-rc-2024-10-28', '[resource-drop]graph-execution-context')
export declare function contextDrop(context: i32): void;

// @ts-ignore: decorator
@external('wasi:nn/errors@0.2.0-rc-2024-10-28', '[method]error.code')
export declare function errorCode(error: i32): i32;

// @ts-ignore: decorator
@external('wasi:nn/errors@0.2.0-rc-2024-10-28', '[method]error.data')
export declare function errorData(error: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:nn/errors@0.2.0-rc-2024-10-28', '[resource-drop]error')
export declare function errorDrop(error: i32): void;
