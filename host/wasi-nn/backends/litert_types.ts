/** The part of LiteRT's WebAssembly module that is used; LiteRT's own types do not name it. */

interface Deletable {
  delete(): void;
}

/** A vector of the module's own memory. */
export interface LiteRtVector<T> extends Deletable {
  size(): number;
  get(index: number): T;
}

interface GrowingVector extends Deletable {
  push_back(value: number): void;
}

interface Layout extends Deletable {
  dimensions(): LiteRtVector<number>;
}

/** Element type, layout and size of a tensor. */
export interface LiteRtTensorType extends Deletable {
  elementType(): unknown;
  layout(): Layout;
  bytes(): number;
}

/** A file that was read. */
export interface LiteRtModel extends Deletable {
  getInputTensorType(signature: number, index: number): LiteRtTensorType;
}

/** Memory of one tensor; `lock` gives its address. */
export interface LiteRtBuffer extends Deletable {
  lock(mode: unknown): number;
  unlock(): void;
  packedSize(): number;
  tensorType(): LiteRtTensorType;
}

/** A graph that runs. */
export interface LiteRtCompiled extends Deletable {
  run(signature: number, inputs: LiteRtBuffer[]): LiteRtBuffer[];
}

/** The module. */
export interface LiteRtModule {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  LiteRtEnvironment: { create(device: null): Deletable };
  loadModel(environment: Deletable, at: number, bytes: number): LiteRtModel;
  compileModel(environment: Deletable, model: LiteRtModel, options: object): LiteRtCompiled;
  VectorInt32: new () => GrowingVector;
  LiteRtLayout: { create(dimensions: GrowingVector): Layout };
  LiteRtRankedTensorType: { create(elementType: unknown, layout: Layout): LiteRtTensorType };
  LiteRtTensorBuffer: {
    createManaged(environment: Deletable, kind: unknown, type: LiteRtTensorType, bytes: number): LiteRtBuffer;
  };
  LiteRtTensorBufferType: { HOST_MEMORY: unknown };
  LiteRtTensorBufferLockMode: { READ: unknown; WRITE: unknown };
}

/** What the glue file gives. */
export type LiteRtFactory = (options: {
  wasmBinary: Uint8Array;
  print(text: string): void;
  printErr(text: string): void;
}) => Promise<LiteRtModule>;
