/** The part of the `WebAssembly` namespace that is used, typed without the DOM library. */

/** A linear memory. `buffer` is another object after the memory has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** A compiled module. */
export interface WasmModule {
  readonly [Symbol.toStringTag]?: string;
}

/** An instance: what it exports by name. */
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

type ImportObject = Readonly<Record<string, object>>;

interface WasmApi {
  Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): { module: string; name: string; kind: string }[];
    exports(module: WasmModule): { name: string; kind: string }[];
  };
  Instance: new (module: WasmModule, imports?: ImportObject) => WasmInstance;
  Memory: new (descriptor: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
  RuntimeError: new (message?: string) => Error;
  compile(bytes: Uint8Array): Promise<WasmModule>;
  instantiate(module: WasmModule, imports?: ImportObject): Promise<WasmInstance>;
  validate(bytes: Uint8Array): boolean;
}

/** The engine's `WebAssembly`. */
export const Wasm: WasmApi = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
