/** What a subject in a worker is. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Units of work that are done in a row, and what each gives. */
export interface Work {
  /** How many units: pictures, or 1. */
  readonly units: number;
  /** Does unit `i`. */
  call(i: number): void | Promise<void>;
  /** Output of the unit that was done last; may be a view that the next call overwrites. */
  output(): Uint8Array;
  /** Measures something else than the time of a unit, for at least `ms`; what it gives is the sample. */
  measure?(ms: number): Promise<number>;
  /** Where the time of the last pass went, in words. */
  profile?(): string;
  /** Versions of what it uses, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Makes a subject's work from the parameters of its case. */
export type MakeWork = (params: never) => Promise<Work>;

export const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Elements of a file as f32. */
export function f32File(file: string): Float32Array {
  return new Float32Array(Uint8Array.from(readFileSync(file)).buffer);
}

/** A short fingerprint for names of files. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
