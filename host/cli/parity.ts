/** `edge-infer parity`: is the training pipeline's tensor ours, and if not, which knob is it? */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { type Change, type ParityReport, type ParityTrial, parity } from '../parity/index.js';
import { note, print, table } from './output.js';

interface ParityFlags {
  model: string;
  against: string;
  tolerance?: string;
  diff?: string;
  json?: true;
}

/** Exit code for tensors that are not equal: no failure, and not success either. */
const NOT_EQUAL = 1;
/** Rows of the table of single knobs. */
const MOST_ROWS = 8;
/** Milliseconds between two lines of progress. */
const TELL_MS = 2000;

/** Adds the command to the program. `done` gets the exit code. */
export function addParity(program: Command, done: (exitCode: number) => void): void {
  program
    .command('parity')
    .description('compare a tensor of your training pipeline with ours, and name the knob that differs')
    .argument('<IMAGE>', 'the picture that the tensor was made from, - for standard input')
    .requiredOption(
      '--against <FILE.npy>',
      'the tensor that your pipeline feeds to the model, saved with numpy.save',
    )
    .option('--model <DIR|NAME>', 'folder with model.json, or a built-in model', 'cifar10')
    .option('--tolerance <X>', 'largest difference of an element that still counts as equal (default: 0)')
    .option('--diff <OUT.png>', 'draw the difference: black is equal, white the largest')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 when every element is equal, 1 when not, 3 for a broken picture or tensor, 4 for a bad model.

Examples:
  $ edge-infer parity photo.jpg --model ./my-model --against tensor.npy
  $ edge-infer parity photo.jpg --model ./my-model --against tensor.npy --diff difference.png --json`,
    )
    .action(async (image: string, flags: ParityFlags) => done(await run(image, flags)));
}

async function run(image: string, { model, against, tolerance, diff, json }: ParityFlags): Promise<number> {
  const report = await parity(image === '-' ? readFileSync(0) : image, {
    model,
    against,
    tolerance: tolerance === undefined ? 0 : toNumber(tolerance),
    draw: diff !== undefined,
    onProgress: progress(),
  });
  const { heat_map, ...rest } = report;
  if (diff !== undefined && heat_map !== undefined) write(diff, heat_map);
  if (json) print(JSON.stringify(rest));
  else show(report, diff);
  return report.verdict === 'equal' ? EXIT.ok : NOT_EQUAL;
}

function toNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `--tolerance is wrong (${text}): expected a number from 0`,
    hint: 'leave it out for bit-for-bit equality',
    exitCode: EXIT.usage,
  });
}

/** Lines on standard error, not too many. */
function progress(): (done: number, all: number) => void {
  let last = Date.now();
  return (done, all) => {
    if (Date.now() - last < TELL_MS) return;
    last = Date.now();
    note(`parity: ${done} of ${all} pairs of knobs tried`);
  };
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    throw new EdgeInferError({
      code: 'OUTPUT_UNWRITABLE',
      message: `cannot write the picture of the difference (${file}): ${messageOf(cause)}`,
      hint: 'give a path in a folder that exists',
      exitCode: EXIT.input,
      cause,
    });
  }
}

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** "resize.filter is bicubic (your card says bilinear)". */
const sentence = (changes: readonly Change[]): string =>
  changes
    .map(
      ({ knob, to, from, in_card }) => `${knob} is ${to} (${in_card ? 'your card says' : 'ours is'} ${from})`,
    )
    .join('\n       and ');

const brief = ({ changes }: ParityTrial): string =>
  changes.length === 0 ? 'the card as it is' : changes.map(({ knob, to }) => `${knob}: ${to}`).join('; ');

function rows(trials: readonly ParityTrial[], title: string): string[] {
  const row = (trial: ParityTrial) => [
    number(trial.difference.max),
    number(trial.difference.mean),
    brief(trial),
  ];
  return table([['max diff', 'mean diff', title], ...trials.map(row)]);
}

function show(report: ParityReport, diff: string | undefined): void {
  const { verdict, difference, explanation, also, nearest, notes, variants } = report;
  const { elements, differing, max, mean } = difference;
  if (verdict === 'equal') {
    const exact = differing === 0 ? 'bit for bit' : `within the tolerance: at most ${number(max)}`;
    print(`equal: all ${elements} elements, ${exact}; input_sha256 ${report.input_sha256}`);
  } else {
    const share = ((100 * differing) / elements).toFixed(1);
    const form =
      differing === 0
        ? 'only its form differs'
        : `${share} % of ${elements} elements differ, at most ${number(max)}, on average ${number(mean)}`;
    print(`not equal: ${form}`);
  }
  if (explanation !== null) showExplanation(explanation, also);
  if (verdict === 'different') {
    print(`no knob explains it: ${variants} variants of the pixels were tried; the nearest:`);
    for (const line of rows(nearest, 'with')) print(`  ${line}`);
  }
  for (const line of notes) print(`note: ${line}`);
  if (verdict !== 'equal') showTried(report);
  if (diff !== undefined)
    print(`\nthe difference is drawn in ${diff}: black is equal, white is ${number(max)}`);
}

function showExplanation(
  { changes, patch }: NonNullable<ParityReport['explanation']>,
  also: ParityReport['also'],
): void {
  print(`equal when ${sentence(changes)}`);
  for (const other of also) print(`also equal on this picture when ${sentence(other.changes)}`);
  if (patch === null) print('no card can say this: change the pipeline, or train with what the card can say');
  else print(`\npatch for model.json (RFC 6902):\n${JSON.stringify(patch)}`);
}

/** The single knobs that come nearer than the card. */
function showTried({ tried, difference }: ParityReport): void {
  const nearer = tried.filter((trial) => trial.difference.mean < difference.mean * 0.99 || trial.equal);
  if (nearer.length > 0) {
    print('');
    for (const line of rows(nearer.slice(0, MOST_ROWS), 'one knob alone')) print(line);
  }
  const shown = Math.min(nearer.length, MOST_ROWS);
  const rest =
    shown === 0 ? 'no knob alone comes nearer' : `${tried.length - shown} others alone are further off`;
  print(`${rest} (--json has all ${tried.length})`);
}
