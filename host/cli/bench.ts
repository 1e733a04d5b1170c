/** `edge-infer bench`: classification on this machine, and what the artifacts are made of. */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { type ClassifySubject, openClassify, PHASES, type PhaseTimes } from '../bench/classify.js';
import { alternate } from '../bench/rounds.js';
import { readSizes, sizeRows } from '../bench/sizes.js';
import { type Summary, summarize } from '../bench/statistics.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';
import { findRuntime, requireRuntime, runtimeNames } from '../runtimes/index.js';
import { note, print, table } from './output.js';
import { Sandbox } from './sandbox.js';

interface BenchOptions {
  model: string;
  image: string[];
  runtime: string[];
  rounds: string;
  json?: true;
  profile?: true;
}

const MOST_ROUNDS = 10_000;
const collect = (value: string, all: string[]): string[] => [...all, value];

/** Adds the command to the program. `done` gets the exit code. */
export function addBench(program: Command, done: (exitCode: number) => void): void {
  program
    .command('bench')
    .description('measure classification on this machine, phase by phase')
    .option('--model <DIR|NAME>', 'folder with model.json, or a built-in model', 'cifar10')
    .option('--image <FILE>', 'a picture, again for more (default: a picture of our own)', collect, [])
    .option('--runtime <NAME>', 'a runtime, again for more (default: all that are installed)', collect, [])
    .option('--rounds <N>', 'how often each runtime takes its turn', '11')
    .option('--json', 'one JSON object a row')
    .option('--profile', 'print what each kernel and codec costs in bytes instead')
    .addHelpText(
      'after',
      `
Times are medians over the rounds, in which the runtimes take turns. "node" is the engine that createEngine gives;
the others run the same module as a command, model loading and a first turn of the pictures not counted.

Examples:
  $ edge-infer bench --image photo.jpg --model ./my-model
  $ edge-infer bench --runtime node --runtime wasmtime --json
  $ edge-infer bench --profile`,
    )
    .action(async (options: BenchOptions) => {
      if (options.profile) printProfile(options.json === true);
      else await measure(options);
      done(EXIT.ok);
    });
}

function printProfile(json: boolean): void {
  for (const [artifact, sizes] of Object.entries(readSizes())) {
    if (json) {
      for (const { bar, ...row } of sizeRows(sizes)) print(JSON.stringify({ artifact, ...row }));
      continue;
    }
    const { bytes, limit, code, data, other } = sizes;
    print(`${artifact}: ${bytes} of at most ${limit} bytes (code ${code}, data ${data}, other ${other})`);
    const rows = sizeRows(sizes).map((row) => [
      `  ${row.name}`,
      String(row.bytes).padStart(6),
      String(row.code).padStart(6),
      String(row.data).padStart(6),
      `${(100 * row.share).toFixed(1).padStart(5)} %`,
      row.bar,
    ]);
    for (const line of table([['  PART', ' BYTES', '  CODE', '  DATA', '  SHARE', ''], ...rows])) print(line);
    print('');
  }
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= MOST_ROUNDS) return rounds;
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `--rounds is wrong (${text}): expected an integer from 1 to ${MOST_ROUNDS}`,
    hint: 'see edge-infer bench --help',
    exitCode: EXIT.usage,
  });
}

/** Names that were asked for, or all that are here. */
function chooseRuntimes(asked: readonly string[]): string[] {
  if (asked.length > 0) return [...new Set(asked)].map((name) => requireRuntime(name).name);
  return runtimeNames().filter((name) => {
    const { ok, why } = findRuntime(name).available();
    if (!ok) note(`left out: ${name} (${why})`);
    return ok;
  });
}

/** Files that are there: a missing one is said before anything is started. */
function chooseImages(asked: readonly string[], sandbox: Sandbox): string[] {
  const images = asked.length > 0 ? asked : [packageFile('dist', 'sample', 'airplane.png')];
  return images.map((image) => {
    if (statSync(image, { throwIfNoEntry: false })?.isFile()) return sandbox.file(image);
    throw new EdgeInferError({
      code: 'INPUT_NOT_FOUND',
      message: `cannot read the picture (${image}): no such file`,
      hint: 'check the path',
      exitCode: EXIT.input,
    });
  });
}

async function measure(options: BenchOptions): Promise<void> {
  const rounds = readRounds(options.rounds);
  const names = chooseRuntimes(options.runtime);
  using sandbox = new Sandbox();
  const images = chooseImages(options.image, sandbox);
  const model = sandbox.model(options.model);
  const subjects: ClassifySubject[] = [];
  try {
    for (const name of names)
      subjects.push(await openClassify(name, { model, images, preopens: sandbox.preopens() }));
    const samples = await alternate(subjects, {
      rounds,
      onRound: (done) => {
        if (process.stderr.isTTY) process.stderr.write(`\rround ${done} of ${rounds}\u001b[K`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    const results = subjects.map((subject, i) => ({ subject, times: phaseSummaries(samples[i] ?? []) }));
    if (options.json) for (const row of jsonRows(results)) print(JSON.stringify(row));
    else printTable(results, images.length, rounds);
  } finally {
    for (const subject of subjects) await subject.close();
  }
}

type PhaseSummaries = Record<keyof PhaseTimes, Summary>;

interface Result {
  subject: ClassifySubject;
  times: PhaseSummaries;
}

function phaseSummaries(samples: readonly PhaseTimes[]): PhaseSummaries {
  const of = (phase: keyof PhaseTimes) => summarize(samples.map((sample) => sample[phase]));
  return {
    decode: of('decode'),
    preprocess: of('preprocess'),
    infer: of('infer'),
    postprocess: of('postprocess'),
    latency: of('latency'),
  };
}

const figure = (ms: number) => Number(ms.toPrecision(4));

/** Rows as those of the project's own benchmark; the rival is the first runtime. */
function jsonRows(results: readonly Result[]): object[] {
  const [first] = results;
  return results.map(({ subject, times }) => {
    const rival = first === undefined || first.subject === subject ? undefined : first;
    const ours = times.latency.median;
    const theirs = rival?.times.latency.median;
    return {
      case: 'classify',
      subject: subject.name,
      rival: rival?.subject.name ?? null,
      ours_ms: figure(ours),
      rival_ms: theirs === undefined ? null : figure(theirs),
      ratio: theirs === undefined ? null : figure(ours / theirs),
      hash: subject.hash,
      hash_equal: rival === undefined ? null : rival.subject.hash === subject.hash,
      ours_p95: figure(times.latency.p95),
      ...Object.fromEntries(PHASES.slice(0, -1).map((phase) => [`${phase}_ms`, figure(times[phase].median)])),
      graph: subject.graph,
    };
  });
}

function printTable(results: readonly Result[], pictures: number, rounds: number): void {
  const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);
  const rows = results.map(({ subject, times }) => [
    subject.name,
    ...PHASES.map((phase) => ms(times[phase].median)),
    ms(times.latency.p95),
    subject.hash.slice(0, 12),
    subject.graph,
  ]);
  const head = ['RUNTIME', ...PHASES.map((phase) => phase.toUpperCase()), 'P95', 'INPUTS', 'GRAPH'];
  for (const line of table([head, ...rows])) print(line);
  const what = pictures === 1 ? '1 picture' : `${pictures} pictures`;
  print(`milliseconds a picture, medians of ${rounds} rounds over ${what}; P95 is of the latency`);
  if (new Set(results.map(({ subject }) => subject.hash)).size > 1) note('warning: the inputs DIFFER');
}
