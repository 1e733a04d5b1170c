/** Classification measured phase by phase, in any runtime, on the user's own machine. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../engine/engine.js';
import type { Classification } from '../engine/results.js';
import { EdgeInferError, type ErrorJson, EXIT } from '../errors.js';
import { type Preopen, type Runtime, requireRuntime } from '../runtimes/index.js';
import type { Measurable } from './rounds.js';

/** The phases of an answer, in order, and the whole. */
export const PHASES = ['decode', 'preprocess', 'infer', 'postprocess', 'latency'] as const;
export type Phase = (typeof PHASES)[number];

/** One round: milliseconds a picture, on average over the pictures. */
export type PhaseTimes = Record<Phase, number>;

/** What is classified. */
export interface ClassifyJob {
  /** Folder of the model package. */
  model: string;
  /** Files of pictures, at least one. */
  images: readonly string[];
  /** Folders that hold them, for guests in a sandbox. */
  preopens: readonly Preopen[];
}

/** A runtime that is ready to be measured. */
export interface ClassifySubject extends Measurable<PhaseTimes> {
  /** What the runtime is called. */
  readonly name: string;
  /** After a sample: encoding, precision and provider of the graph that ran. */
  readonly graph: string;
  /** After a sample: SHA-256 over the hashes of all inputs that the graph was given. */
  readonly hash: string;
  close(): Promise<void>;
}

/** The part of an answer that is looked at: the same in the engine and on the guest's command line. */
type Answer = Pick<Classification, 'latency_ms' | 'timings' | 'graph' | 'input_sha256'>;

/** Means over answers, and what all answers share. */
class Answers {
  graph = '';
  hash = '';

  take(answers: readonly Answer[]): PhaseTimes {
    const mean = (of: (answer: Answer) => number) =>
      answers.reduce((sum, answer) => sum + of(answer), 0) / answers.length;
    const { encoding = '', precision = '', provider = '' } = answers[0]?.graph ?? {};
    this.graph = `${encoding} ${precision} on ${provider}`;
    const hash = createHash('sha256');
    for (const { input_sha256 } of answers) hash.update(input_sha256);
    this.hash = hash.digest('hex');
    return {
      decode: mean(({ timings }) => timings.decode),
      preprocess: mean(({ timings }) => timings.preprocess),
      infer: mean(({ timings }) => timings.infer),
      postprocess: mean(({ timings }) => timings.postprocess),
      latency: mean(({ latency_ms }) => latency_ms),
    };
  }
}

/**
 * Makes a runtime ready. `node` is the engine in this process, as `createEngine` gives it without workers; the others run the guest's
 * command line, which classifies the pictures once before those that count.
 *
 * @throws EdgeInferError exit 2 for an unknown runtime, 5 for one that is not installed
 */
export async function openClassify(name: string, job: ClassifyJob): Promise<ClassifySubject> {
  const runtime = requireRuntime(name);
  return runtime.name === 'node' ? await engineSubject(job) : guestSubject(runtime, job);
}

async function engineSubject({ model, images }: ClassifyJob): Promise<ClassifySubject> {
  const engine = await createEngine({ model, workers: 0 });
  const pictures = images.map((image) => readFileSync(image));
  const answers = new Answers();
  return {
    name: 'node',
    get graph() {
      return answers.graph;
    },
    get hash() {
      return answers.hash;
    },
    async sample() {
      const given: Classification[] = [];
      for (const picture of pictures) given.push(await engine.classify(picture));
      return answers.take(given);
    },
    close: () => engine.close(),
  };
}

function guestSubject(runtime: Runtime, job: ClassifyJob): ClassifySubject {
  const answers = new Answers();
  return {
    name: runtime.name,
    get graph() {
      return answers.graph;
    },
    get hash() {
      return answers.hash;
    },
    sample: async () => answers.take(await runGuest(runtime, job)),
    close: async () => {},
  };
}

/** Answers to the pictures' second turn in one process of the guest. */
async function runGuest(runtime: Runtime, { model, images, preopens }: ClassifyJob): Promise<Answer[]> {
  const provider = runtime.providers('cpu').join(',');
  const labels = ['--runtime-name', runtime.name, '--provider', provider];
  const args = ['classify', ...labels, '--json', '--model', model, '--', ...images, ...images];
  const file = path.join(tmpdir(), `edge-infer-bench-${randomBytes(6).toString('hex')}`);
  const stdout = openSync(file, 'w', 0o600);
  let exitCode: number;
  try {
    ({ exitCode } = await runtime.run({ args, preopens, stdout }));
  } finally {
    closeSync(stdout);
  }
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  rmSync(file, { force: true });
  const parsed = lines.map((line) => JSON.parse(line) as Answer | ErrorJson);
  for (const answer of parsed) if ('error' in answer) throw guestError(answer, exitCode);
  if (exitCode !== 0 || parsed.length !== images.length * 2) {
    throw new EdgeInferError({
      code: 'RUNTIME_FAILED',
      message: `the runtime failed (${runtime.name}): code ${exitCode}, ${parsed.length} answers`,
      hint: 'see edge-infer doctor',
      exitCode: EXIT.runtime,
    });
  }
  return (parsed as Answer[]).slice(images.length);
}

/** The guest's own error, with its exit code. */
function guestError({ error }: ErrorJson, exitCode: number): EdgeInferError {
  const known = [EXIT.usage, EXIT.input, EXIT.model, EXIT.security] as const;
  return new EdgeInferError({ ...error, exitCode: known.find((code) => code === exitCode) ?? EXIT.runtime });
}
