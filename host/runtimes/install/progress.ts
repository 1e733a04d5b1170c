/** Progress as lines: one at the beginning and end of a step, and now and then one in between. */

/** Takes one line without a line end. */
export type Report = (line: string) => void;

/** Milliseconds between two lines of one step: a person watches a terminal, a log only has to show life. */
const INTERVAL = { terminal: 2_000, log: 10_000 };

/** One installation's progress. */
export class Progress {
  readonly #report: Report;
  readonly #interval: number;
  readonly #now: () => number;

  constructor(
    report: Report,
    options: { terminal?: boolean | undefined; now?: (() => number) | undefined } = {},
  ) {
    this.#report = report;
    this.#interval = options.terminal ? INTERVAL.terminal : INTERVAL.log;
    this.#now = options.now ?? Date.now;
  }

  /** One line, at once. */
  say(line: string): void {
    this.#report(line);
  }

  /**
   * Runs a step: its name at the beginning, `name: what` when `update` is called (not too often), and its name
   * with the elapsed time at the end. A step that fails says nothing more: the error does.
   */
  async step<T>(name: string, body: (update: (what: string) => void) => Promise<T>): Promise<T> {
    const started = this.#now();
    let last = started;
    const elapsed = () => `${Math.round((this.#now() - started) / 1000)} s`;
    this.#report(`${name} ...`);
    const result = await body((what) => {
      if (this.#now() - last < this.#interval) return;
      last = this.#now();
      this.#report(`${name}: ${what} (${elapsed()})`);
    });
    this.#report(`${name}: done (${elapsed()})`);
    return result;
  }
}

/** `12.3 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
