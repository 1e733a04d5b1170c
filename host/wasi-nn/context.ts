/** Graphs that are shared and the contexts in which they run. */
import type { BackendGraph, Encoding, OutputStream } from './backends/backend.js';
import type { Budget } from './budget.js';
import { NnError } from './errors.js';
import { type Dtype, fitToSpec, type HostTensor, type TensorSpec } from './tensors.js';

/** A graph with the count of those that use it: the native session is freed with the last. */
export class SharedGraph {
  #users = 1;

  constructor(
    readonly graph: BackendGraph,
    readonly encoding: Encoding,
    readonly budget: Budget,
    readonly bytes: number,
  ) {}

  /** True when nobody but the registry has it. */
  get isUnused(): boolean {
    return this.#users === 1;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users !== 0) return;
    this.budget.giveGraph(this.bytes);
    this.graph.close();
  }
}

/** One execution context: inputs that were set, outputs of the last computation. */
export class Context {
  readonly inputs: (HostTensor | undefined)[];
  #outputs: HostTensor[] | undefined;
  #stream: OutputStream | undefined;
  /** The latest piece of the stream. */
  #piece: HostTensor[] | undefined;
  /** Bytes that belong to the context, by input. */
  readonly #inputBytes: number[];
  #outputBytes = 0;

  constructor(readonly shared: SharedGraph) {
    const count = shared.graph.inputs.length;
    this.inputs = new Array<HostTensor | undefined>(count).fill(undefined);
    this.#inputBytes = new Array<number>(count).fill(0);
  }

  /** The graph's description of input `index`. */
  inputSpec(index: number): TensorSpec {
    const spec = this.shared.graph.inputs[index];
    if (spec === undefined) {
      throw new NnError(
        'invalid_argument',
        `the graph has ${this.inputs.length} inputs, not one at ${index}`,
      );
    }
    return spec;
  }

  /** True when input `index` takes bytes of any length: a prompt. */
  isText(index: number): boolean {
    return this.inputSpec(index).text === true;
  }

  /** Checks type and dimensions for input `index` and gives the type the graph will see. */
  fit(index: number, dtype: Dtype, dims: readonly number[]): Dtype {
    return fitToSpec(dtype, dims, this.inputSpec(index));
  }

  /** Makes room for an input of `bytes` that the context will own; 0 for one that stays the guest's. */
  holdInput(index: number, bytes: number): void {
    this.shared.budget.holdTensors(bytes - (this.#inputBytes[index] ?? 0));
    this.#inputBytes[index] = bytes;
  }

  compute(): void {
    this.#forget();
    this.#checkInputs();
    const { graph, budget } = this.shared;
    const limit = budget.computeLimit();
    const started = performance.now();
    let outputs: HostTensor[] | undefined;
    let failure: unknown;
    try {
      outputs = graph.run(this.inputs, limit);
    } catch (error) {
      failure = error;
      if (error instanceof NnError) outputs = error.outputs;
    }
    // Late is late, whether it would have been an answer or a failure.
    budget.bookCompute(performance.now() - started, limit);
    if (outputs !== undefined) this.#keep(outputs);
    if (failure !== undefined) throw failure;
  }

  /** Computes the next piece of a graph that streams; the first call begins. */
  computeSingle(): void {
    const { graph, budget } = this.shared;
    if (graph.stream === undefined) {
      this.#forget();
      throw new NnError('unsupported_operation', 'this graph does not stream');
    }
    this.#piece = undefined;
    const limit = budget.computeLimit();
    const started = performance.now();
    let failure: unknown;
    try {
      if (this.#stream === undefined) {
        this.#forget();
        this.#checkInputs();
        this.#stream = graph.stream(this.inputs);
      }
      this.#piece = this.#stream.next(limit);
    } catch (error) {
      failure = error;
    }
    budget.bookCompute(performance.now() - started, limit);
    if (failure !== undefined) throw failure;
  }

  /** Ends a stream before its end; nothing without one. */
  endStream(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#piece = undefined;
    stream?.close();
  }

  /** Gives back what the context holds. */
  close(): void {
    try {
      this.#forget();
    } finally {
      let held = 0;
      for (const bytes of this.#inputBytes) held += bytes;
      this.shared.budget.holdTensors(-held);
      this.shared.release();
    }
  }

  /** Output `index` of the last computation, or of all that a stream has given so far. */
  output(index: number): HostTensor {
    const outputs = this.#outputs ?? this.#stream?.soFar() ?? this.shared.graph.idleOutputs?.(this.inputs);
    return pick(outputs, index);
  }

  /** Output `index` of the latest piece of a stream; without a stream, of the last computation. */
  outputSingle(index: number): HostTensor {
    return this.#stream === undefined ? this.output(index) : pick(this.#piece, index);
  }

  #checkInputs(): void {
    const { inputs } = this;
    for (let i = 0; i < inputs.length; i++) {
      if (inputs[i] !== undefined) continue;
      const { name, optional } = this.inputSpec(i);
      if (!optional) throw new NnError('invalid_argument', `input ${i} ('${name}') is not set`);
    }
  }

  #keep(outputs: HostTensor[]): void {
    const { budget } = this.shared;
    let bytes = 0;
    for (const output of outputs) {
      budget.checkTensor(output.bytes.length);
      bytes += output.bytes.length;
    }
    budget.holdTensors(bytes);
    this.#outputBytes = bytes;
    this.#outputs = outputs;
  }

  #forget(): void {
    this.shared.budget.holdTensors(-this.#outputBytes);
    this.#outputBytes = 0;
    this.#outputs = undefined;
    if (this.#stream !== undefined) this.endStream();
  }
}

function pick(outputs: readonly HostTensor[] | undefined, index: number): HostTensor {
  if (outputs === undefined) throw new NnError('invalid_argument', 'there is no output: compute did not run');
  const tensor = outputs[index];
  if (tensor === undefined) {
    throw new NnError('invalid_argument', `the graph has ${outputs.length} outputs, not one at ${index}`);
  }
  return tensor;
}
