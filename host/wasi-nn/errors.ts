/** Error numbers of both WASI-NN ABIs and the one error that backends and registries throw. */

import type { HostTensor } from './tensors.js';

/** `nn_errno` of the core ABI (`wasi_ephemeral_nn`). */
export const ERRNO = {
  success: 0,
  invalid_argument: 1,
  invalid_encoding: 2,
  missing_memory: 3,
  busy: 4,
  runtime_error: 5,
  unsupported_operation: 6,
  too_large: 7,
  not_found: 8,
  // Of WasmEdge and WAMR, for graphs that make text.
  end_of_sequence: 100,
  context_full: 101,
  prompt_too_long: 102,
  model_not_found: 103,
} as const;

/** Name of a failure; each has a number in the core ABI and a case in the component ABI. */
export type NnErrorName = Exclude<keyof typeof ERRNO, 'success'>;

/** `error-code` cases of `wasi:nn/errors`. */
export type WitErrorCode =
  | 'invalid-argument'
  | 'invalid-encoding'
  | 'timeout'
  | 'runtime-error'
  | 'unsupported-operation'
  | 'too-large'
  | 'not-found'
  | 'security'
  | 'unknown';

const WIT_CODES: Readonly<Record<NnErrorName, WitErrorCode>> = {
  invalid_argument: 'invalid-argument',
  invalid_encoding: 'invalid-encoding',
  missing_memory: 'invalid-argument',
  busy: 'timeout',
  runtime_error: 'runtime-error',
  unsupported_operation: 'unsupported-operation',
  too_large: 'too-large',
  not_found: 'not-found',
  end_of_sequence: 'unknown',
  context_full: 'too-large',
  prompt_too_long: 'too-large',
  model_not_found: 'not-found',
};

/** A failure of a WASI-NN call: a name of the errno table and a sentence for the log. */
export class NnError extends Error {
  override readonly name = 'NnError';

  constructor(
    readonly kind: NnErrorName,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  /** Outputs that are there in spite of the failure: a text for which the context was too small. */
  outputs?: HostTensor[];

  /** The same failure with outputs. */
  withOutputs(outputs: HostTensor[]): this {
    this.outputs = outputs;
    return this;
  }

  /** Number in the core ABI: 1..8, 100..103. */
  get errno(): number {
    return ERRNO[this.kind];
  }

  /** Case in the component ABI. */
  get witCode(): WitErrorCode {
    return WIT_CODES[this.kind];
  }
}

/** Turns anything thrown by a backend into an {@link NnError}; unknown failures become `runtime_error`. */
export function toNnError(value: unknown): NnError {
  if (value instanceof NnError) return value;
  const text = value instanceof Error ? value.message : String(value);
  return new NnError('runtime_error', text, value);
}
