/** The errors of the engine itself. Those of pictures, models and graphs come from the guest. */
import { EdgeInferError, type EdgeInferErrorInit, EXIT } from '../errors.js';

/** The queue is full: the caller should slow down. */
export function queueFull(what: string): EdgeInferError {
  return new EdgeInferError({
    code: 'QUEUE_FULL',
    message: `the request was refused: ${what}`,
    hint: 'send it again later, or give createEngine a longer queue or more workers',
    exitCode: EXIT.runtime,
  });
}

/** The deadline passed; `phase` says where the request was. */
export function deadlineExceeded(ms: number, phase: 'waiting' | 'running'): EdgeInferError {
  return new EdgeInferError({
    code: 'DEADLINE_EXCEEDED',
    message: `the deadline of ${ms} ms passed while the request was ${phase}`,
    hint: phase === 'waiting' ? 'send fewer requests at once, or give more time' : 'give more time',
    exitCode: EXIT.runtime,
  });
}

/** The instance that ran the request died. */
export function workerTrapped(why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'WORKER_TRAPPED',
    message: `the worker that ran the request died: ${why}`,
    hint: 'do not send this input again, and report it',
    exitCode: EXIT.runtime,
  });
}

/** A plug-in of the model took longer than the card allows. */
export function pluginTimeout(ms: number): EdgeInferError {
  return new EdgeInferError({
    code: 'PLUGIN_TIMEOUT',
    message: `a plug-in of the model was ended: its call took longer than ${ms} ms`,
    hint: 'give it more time in the card (limits.ms), or ask who made the model',
    exitCode: EXIT.runtime,
  });
}

/** The engine was closed before the request ran, or before it came. */
export function engineClosed(): EdgeInferError {
  return new EdgeInferError({
    code: 'ENGINE_CLOSED',
    message: 'the engine is closed',
    hint: 'make a new one with createEngine',
    exitCode: EXIT.usage,
  });
}

/** An option or argument is wrong. */
export function usage(message: string, hint?: string): EdgeInferError {
  return new EdgeInferError({ code: 'USAGE_INVALID', message, hint, exitCode: EXIT.usage });
}

/**
 * Checks a number of the caller's.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2)
 */
export function checkRange(name: string, value: number, low: number, high: number, integer: boolean): void {
  if (typeof value === 'number' && value >= low && value <= high && (!integer || Number.isInteger(value)))
    return;
  throw usage(
    `${name} is wrong (${value}): expected ${integer ? 'an integer' : 'a number'} from ${low} to ${high}`,
  );
}

/** An error as it travels between threads: structured clone drops the fields of an Error's subclass. */
export function toWire(error: EdgeInferError): EdgeInferErrorInit {
  const { code, message, hint, exitCode } = error;
  return { code, message, hint, exitCode };
}
