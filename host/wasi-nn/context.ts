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

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users !== 0) return;
    this.budget.graphBytes -= this.bytes;
    this.graph.close();
  }
}

/** One execution context: inputs that were set, outputs of the last computation. */
export class Context {
  readonly inputs: (HostTensor | undefined)[];
  outputs: HostTensor[] | undefined;
  #stream: OutputStream | undefined;

  constructor(readonly shared: SharedGraph) {
    this.inputs = new Array<HostTensor | undefined>(shared.graph.inputs.length).fill(undefined);
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

  compute(): void {
    this.outputs = undefined;
    this.endStream();
    this.#checkInputs();
    const { graph, budget } = this.shared;
    try {
      this.outputs = budget.timed((limit) => graph.run(this.inputs, limit));
    } catch (error) {
      if (error instanceof NnError) this.outputs = error.outputs;
      throw error;
    }
  }

  /** Computes the next piece of a graph that streams; the first call begins. */
  computeSingle(): void {
    this.outputs = undefined;
    const { graph, budget } = this.shared;
    if (graph.stream === undefined) {
      throw new NnError('unsupported_operation', 'this graph does not stream');
    }
    if (this.#stream === undefined) {
      this.#checkInputs();
      this.#stream = graph.stream(this.inputs);
    }
    const stream = this.#stream;
    this.outputs = budget.timed((limit) => stream.next(limit));
  }

  /** Ends a stream before its end; nothing without one. */
  endStream(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  /** Gives back what the context holds. */
  close(): void {
    this.endStream();
    this.shared.release();
  }

  #checkInputs(): void {
    this.inputs.forEach((input, i) => {
      if (input !== undefined) return;
      const { name, optional } = this.inputSpec(i);
      if (!optional) throw new NnError('invalid_argument', `input ${i} ('${name}') is not set`);
    });
  }

  output(index: number): HostTensor {
    if (this.outputs === undefined)
      throw new NnError('invalid_argument', 'there is no output: compute did not run');
    const tensor = this.outputs[index];
    if (tensor === undefined) {
      throw new NnError(
        'invalid_argument',
        `the graph has ${this.outputs.length} outputs, not one at ${index}`,
      );
    }
    return tensor;
  }
}
