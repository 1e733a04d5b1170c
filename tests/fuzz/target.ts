/** What the fuzzer can be pointed at. */
import type { FuzzGuest } from './guest.js';
import type { Mutant, Random } from './mutant.js';

/** What became of one input. */
export interface Outcome {
  readonly status: number;
  /** Of everything that the guest made of the input; equal when it does so again. */
  readonly checksum: bigint;
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  /** What the guest found wrong with itself, 0 for nothing. */
  readonly fault: number;
  /** Where the guest left bytes for {@link Target.judge}. */
  readonly output: number;
  /** Most bytes of the arena in use at once, the input not counted. */
  readonly peak: number;
}

/** One reader of foreign bytes. */
export interface Target {
  readonly name: string;
  /** Share of the inputs, against those of the other targets. */
  readonly weight: number;
  /** Good files to begin with. */
  seeds(): readonly Uint8Array[];
  /** Makes the file at hand, a copy of a seed, hostile. */
  mutate(m: Mutant, random: Random, seeds: readonly Uint8Array[]): void;
  /** Gives the bytes to the guest; the status that comes of it. */
  call(guest: FuzzGuest, at: number, length: number): number;
  /** Whether a status means that the input was taken. Default: 0. */
  accepts?(status: number): boolean;
  /** Most bytes of the arena that an input may take: by its length and the sizes that it declares. */
  bound(length: number, width: number, height: number): number;
  /** The guest's text of a status. */
  text(guest: FuzzGuest, status: number): string;
  /** Files of assembly/ whose status constants this target should reach. */
  readonly statusFiles: readonly string[];
  /** Constants of those files that no input can reach, and why. */
  readonly unreachable?: Readonly<Record<string, string>>;
  /** Another opinion: what is wrong with the outcome, if anything is. */
  judge?(guest: FuzzGuest, file: Uint8Array, outcome: Outcome): string | undefined;
}

/**
 * Most bytes of the arena that a picture may take: tables; the file's bytes again; per pixel the coefficients of four
 * components of a progressive JPEG (2 bytes each, whole MCUs of up to 32 x 32); some rows.
 */
export function pictureBound(length: number, width: number, height: number): number {
  return 192 * 1024 + 2 * length + 8 * (width + 32) * (height + 32) + 1024 * (width + 32);
}
