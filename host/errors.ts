/**
 * The one error shape of edge-infer: what went wrong, a stable code, what to try, and the process exit code.
 */

/**
 * Process exit codes of the command line, by the kind of failure. 1 is no failure: `edge-infer parity` found tensors that are
 * not equal.
 */
export const EXIT = {
  ok: 0,
  usage: 2,
  input: 3,
  model: 4,
  runtime: 5,
  network: 6,
  security: 7,
} as const;

/** One of the documented exit codes other than success. */
export type ExitCode = 2 | 3 | 4 | 5 | 6 | 7;

/** What an {@link EdgeInferError} is made from. */
export interface EdgeInferErrorInit {
  /** Stable, upper-case, machine-readable: `INPUT_NOT_FOUND`. */
  code: string;
  /** `WHAT (WHERE): WHY`, one line, no full stop needed. */
  message: string;
  /** What to try next, one line, starting with a verb. */
  hint?: string | undefined;
  /** 2 usage, 3 input, 4 model, 5 runtime, 6 network, 7 security. */
  exitCode: ExitCode;
  /** The error underneath, kept for `--debug`. */
  cause?: unknown;
}

/** The JSON form of an error, on one line wherever it is printed. */
export interface ErrorJson {
  error: { code: string; message: string; hint?: string };
}

/**
 * The error that every function of this package throws or rejects with.
 *
 * @example
 * throw new EdgeInferError({
 *   code: 'INPUT_NOT_FOUND',
 *   message: 'cannot read the picture (photo.jpg): no such file',
 *   hint: 'check the path',
 *   exitCode: EXIT.input,
 * });
 */
export class EdgeInferError extends Error {
  override readonly name = 'EdgeInferError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(init: EdgeInferErrorInit) {
    super(oneLine(init.message), init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.hint = init.hint === undefined ? undefined : oneLine(init.hint);
    this.exitCode = init.exitCode;
  }

  /** The JSON form: `{"error":{"code","message","hint"}}`. */
  toJSON(): ErrorJson {
    const error: ErrorJson['error'] = { code: this.code, message: this.message };
    if (this.hint !== undefined) error.hint = this.hint;
    return { error };
  }
}

/** True for an error that has `code` as Node's system errors do (`ENOENT`, `EACCES`). */
export function isSystemError(value: unknown): value is NodeJS.ErrnoException {
  return value instanceof Error && typeof (value as NodeJS.ErrnoException).code === 'string';
}

/** The text of anything that was thrown, on one line. */
export function messageOf(value: unknown): string {
  if (value instanceof Error) return oneLine(value.message || value.name);
  return oneLine(String(value));
}

/** Wraps anything thrown into an {@link EdgeInferError}; one that already is, is returned as it is. */
export function toEdgeInferError(value: unknown): EdgeInferError {
  if (value instanceof EdgeInferError) return value;
  return new EdgeInferError({
    code: 'INTERNAL',
    message: `unexpected failure: ${messageOf(value)}`,
    hint: 'run again with --debug to see where, and report it',
    exitCode: EXIT.runtime,
    cause: value,
  });
}

/**
 * The text form of an error: `error: WHAT (WHERE): WHY. TRY ...`, always one line without a line end.
 *
 * @example
 * formatErrorText(e) // "error: unknown runtime (wasmtim). Try one of node, wasmtime"
 */
export function formatErrorText(error: EdgeInferError): string {
  const what = error.message.replace(/\.+$/, '');
  if (error.hint === undefined) return `error: ${what}`;
  const hint = error.hint.charAt(0).toUpperCase() + error.hint.slice(1);
  return `error: ${what}. ${hint}`;
}

/** The JSON form of an error as one line without a line end. */
export function formatErrorJson(error: EdgeInferError): string {
  return JSON.stringify(error.toJSON());
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
