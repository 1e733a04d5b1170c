/** `edge-infer classify`, `detect`, `segment` and `embed`: pictures through the guest, in any runtime. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';
import { findRuntime, runtimeNames } from '../runtimes/index.js';
import { type AdaptiveFlags, classifyAdaptively, isAdaptive } from './classify_adaptive.js';
import { type Drawing, runAndDraw } from './draw_answers.js';
import { runGuest } from './guest.js';
import { note } from './output.js';
import { classifyInEngine, namesPlugins } from './plugin_model.js';
import { Sandbox } from './sandbox.js';

/** Flags as commander gives them. */
export interface TaskOptions extends AdaptiveFlags {
  runtime: string;
  top?: string;
  threshold?: string;
  iou?: string;
  size?: string;
  annotate?: string;
  mask?: string;
  json?: true;
  precision?: string;
  encoding?: string;
  target?: string;
  trust?: true;
  imagesFrom?: string;
  raw?: string;
  verbose?: true;
}

/** Flags that go to the guest as they are; the guest checks their values. */
const PASSED = ['top', 'threshold', 'iou', 'size', 'precision', 'encoding', 'target', 'raw'] as const;

/** A command: what is its own. */
interface TaskCommand {
  name: 'classify' | 'detect' | 'segment' | 'embed';
  description: string;
  /** Flag, description. */
  flags: readonly (readonly [string, string])[];
  examples: string;
  /** Model when none is named. */
  model?: string;
}

const ANNOTATE = ['--annotate <FILE.png>', 'draw the answer on the picture'] as const;

const COMMANDS: readonly TaskCommand[] = [
  {
    name: 'classify',
    description: 'say what is on pictures',
    model: 'cifar10',
    flags: [
      ['--top <N>', 'how many answers (default: 5)'],
      ['--threshold <X>', 'least confidence, 0 to 1 (default: 0)'],
      ['--budget <MS>', 'several models (--model A,B,C, the cheapest first): time for one image'],
      ['--confidence <X>', 'several models: ask the next one below this (default: 0.7)'],
      ['--cloud <URL#MODEL>', 'several models: ask this server when all are unsure'],
      ['--explain', 'several models: say why which one answered'],
      ANNOTATE,
    ],
    examples: `
  $ edge-infer classify photo.jpg
  $ edge-infer classify --runtime wasmtime --top 3 --json *.jpg
  $ edge-infer classify --raw 640x480:nv12:bt709 frame.yuv
  $ find . -name '*.png' | edge-infer classify --images-from - --model ./my-model
  $ edge-infer classify --model ./tiny,cifar10 --budget 50 --explain photo.jpg
  $ curl -s https://example.org/cat.jpg | edge-infer classify -`,
  },
  {
    name: 'detect',
    description: 'find things on pictures',
    flags: [
      ['--top <N>', 'how many boxes (default: as the card says)'],
      ['--threshold <X>', 'least confidence, 0 to 1 (default: as the card says)'],
      ['--iou <X>', 'overlap from which on boxes are suppressed (default: as the card says)'],
      ANNOTATE,
    ],
    examples: `
  $ edge-infer detect street.jpg --model ./my-detector --annotate found.png
  $ edge-infer detect --runtime wasmtime --threshold 0.6 --json *.jpg --model ./my-detector`,
  },
  {
    name: 'segment',
    description: 'say which class each pixel of pictures has',
    flags: [
      ['--mask <FILE.png>', 'write the classes of the pixels as gray values'],
      ['--size <picture|model>', 'size of the mask (default: picture)'],
      ANNOTATE,
    ],
    examples: `
  $ edge-infer segment street.jpg --model ./my-segmenter --mask classes.png --annotate seen.png`,
  },
  {
    name: 'embed',
    description: 'turn pictures into vectors that can be compared',
    flags: [],
    examples: `
  $ edge-infer embed --json photo.jpg --model ./my-embedder`,
  },
];

/** Adds the commands to the program. `done` gets the exit code. */
export function addPictureTasks(program: Command, done: (exitCode: number) => void): void {
  for (const task of COMMANDS) {
    const command = program
      .command(task.name)
      .description(task.description)
      .argument(
        '[IMAGE...]',
        `JPEG, PNG, PNM or BMP files, - for standard input${task.model === undefined ? '' : ' (default: a picture of our own)'}`,
      );
    const model = ['--model <DIR|NAME>', 'folder with model.json, or a built-in model'] as const;
    if (task.model === undefined) command.requiredOption(...model);
    else command.option(...model, task.model);
    command.option('--runtime <NAME>', `where to run: ${runtimeNames().join(', ')}`, 'node');
    for (const [flag, description] of task.flags) command.option(flag, description);
    command
      .option('--json', 'one JSON object an image, one a line')
      .option('--precision <P>', 'only graphs of this precision: fp32, int8, ...')
      .option('--encoding <E>', 'only graphs of this encoding: onnx, openvino, ...')
      .option('--target <T>', 'where the graph runs: cpu, gpu or tpu (default: cpu)')
      .option('--trust', "skip the SHA-256 check of the model's files")
      .option('--images-from <FILE>', 'more images, one path a line, - for standard input')
      .option('--raw <WIDTHxHEIGHT[:FORMAT]>', 'images are raw pixels: rgb, or FORMAT[:MATRIX[:RANGE]]')
      .option('--verbose', 'also say which graphs were refused and why')
      .addHelpText('after', `\nExamples:${task.examples}`)
      .action(async (images: string[], options: TaskOptions) => done(await run(task, images, options)));
  }
}

async function run(task: TaskCommand, images: string[], options: TaskOptions): Promise<number> {
  findRuntime(options.runtime);
  if (task.name === 'classify' && isAdaptive(options)) {
    refuseGuestFlags(options);
    return await classifyAdaptively(images.length > 0 ? images : [samplePicture()], options);
  }
  if (task.name === 'classify' && options.runtime === 'node' && namesPlugins(options.model)) {
    return await classifyInEngine(images, options);
  }
  const drawing = drawingOf(task, images, options);
  using sandbox = new Sandbox();
  const args: string[] = [task.name, '--model', sandbox.model(options.model)];
  for (const flag of PASSED) {
    const value = options[flag];
    if (value !== undefined) args.push(`--${flag}=${value}`);
  }
  if (options.json || drawing !== undefined) args.push('--json');
  if (options.trust) args.push('--trust');
  if (options.verbose) args.push('--verbose');
  if (options.imagesFrom !== undefined) {
    args.push('--images-from', showListed(options.imagesFrom, sandbox));
  }
  const sample = task.model !== undefined && images.length === 0 && options.imagesFrom === undefined;
  const named = sample ? [samplePicture()] : images;
  if (named.length === 0 && options.imagesFrom === undefined)
    throw usage('no picture given', 'name one or more files');
  const shown = named.map((image) => (image === '-' ? '-' : sandbox.file(image)));
  const guest = { runtime: options.runtime, sandbox, target: options.target, named: true };
  if (drawing === undefined) return await runGuest({ ...guest, args: [...args, '--', ...shown] });
  return await runAndDraw({ ...drawing, image: named[0] ?? '' }, sandbox, (more, stdout) =>
    runGuest({ ...guest, stdout, args: [...args, ...more, '--', ...shown] }),
  );
}

function usage(message: string, hint: string): EdgeInferError {
  return new EdgeInferError({ code: 'USAGE_INVALID', message, hint, exitCode: EXIT.usage });
}

/** What is to be drawn, if anything. */
function drawingOf(
  task: TaskCommand,
  images: string[],
  options: TaskOptions,
): Omit<Drawing, 'image'> | undefined {
  const { annotate, mask, model, json } = options;
  if (annotate === undefined && mask === undefined) return undefined;
  const flag = annotate === undefined ? '--mask' : '--annotate';
  if (
    images.length !== 1 ||
    images[0] === '-' ||
    options.imagesFrom !== undefined ||
    options.raw !== undefined
  ) {
    throw usage(`${flag} is for one picture file`, 'name exactly one image file');
  }
  if (annotate !== undefined && options.size === 'model') {
    throw usage("--annotate needs a mask of the picture's size", 'leave --size out');
  }
  return { task: task.name, model, annotate, mask, json: json === true };
}

/** Flags that only a guest understands. */
function refuseGuestFlags(options: TaskOptions): void {
  const given = (['imagesFrom', 'raw', 'encoding', 'target', 'trust', 'annotate'] as const).find(
    (flag) => options[flag] !== undefined,
  );
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new EdgeInferError({
    code: 'USAGE_INVALID',
    message: `--${flag} does not go together with several models`,
    hint: 'leave it out, or use one model without --budget, --confidence, --cloud and --explain',
    exitCode: EXIT.usage,
  });
}

/** The picture that the project drew itself. */
function samplePicture(): string {
  const file = packageFile('dist', 'sample', 'airplane.png');
  note(`no IMAGE given: classifying ${path.relative(process.cwd(), file)}`);
  return file;
}

/** Reads a list of images, shows their folders to the guest, and gives a list with absolute paths for it. */
function showListed(list: string, sandbox: Sandbox): string {
  let text: string;
  try {
    text = readFileSync(list === '-' ? 0 : list, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new EdgeInferError({
      code: 'INPUT_NOT_FOUND',
      message: `cannot read the list of images (${list}): ${code === 'ENOENT' ? 'no such file' : code}`,
      hint: 'give a text file with one path a line',
      exitCode: EXIT.input,
      cause,
    });
  }
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const files = lines.map((line) => sandbox.file(line));
  return sandbox.textFile('images.txt', files.map((file) => `${file}\n`).join(''));
}
