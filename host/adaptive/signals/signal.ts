/** What a signal is: one number about the machine, or the reason why there is none. */

/** A reading: a value in the signal's unit, or why there is none. Nothing is guessed. */
export type Reading = { value: number } | { absent: string };

/** One number about the machine. */
export interface Signal {
  /** As it stands in decisions and stats: `cpu_pressure`. */
  readonly name: string;
  /** What its numbers are: `share` (0 to 1, or more where a queue is meant), `celsius`, `flag` (0 or 1). */
  readonly unit: 'share' | 'celsius' | 'flag';
  /** Reads it now. May fail: what is thrown becomes the reason of an absent reading. */
  read(): Promise<Reading>;
}

/** Where the signals of {@link machineSignals} get their text from; tests give their own. */
export interface SignalSources {
  /** The text of a file. */
  readText(path: string): Promise<string>;
  /** The names in a folder. */
  list(path: string): Promise<string[]>;
  /** The one-minute load average, or undefined where the system has none. */
  load(): number | undefined;
  /** Microseconds of processor time that this process has used. */
  processMicros(): number;
  /** Microseconds of wall time. */
  wallMicros(): number;
  /** Processors that the process may use. */
  processors: number;
}
