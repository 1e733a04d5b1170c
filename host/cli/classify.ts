/** `edge-infer classify`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';
import { findRuntime, runtimeNames } from '../runtimes/index.js';
import { type AdaptiveFlags, classifyAdaptively, isAdaptive } from './classify_adaptive.js';
import { runGuest } from './guest.js';
import { note } from './output.js';
import { classifyInEngine, namesPlugins } from './plugin_model.js';
import { Sandbox } from './sandbox.js';

/** Flags as commander gives them. */
export interface ClassifyOptions extends AdaptiveFlags {
  runtime: string;
  top?: string;
  threshold?: string;
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
const PASSED = ['top', 'threshold', 'precision', 'encoding', 'target', 'raw'] as const;

/** Adds the command to the program. `done` gets the exit code. */
export function addClassify(program: Command, done: (exitCode: number) => void): void {
  program
    .command('classify')
    .description('say what is on pictures')
    .argument(
      '[IMAGE...]',
      'JPEG, PNG, PNM or BMP files, - for standard input (default: a picture of our own)',
    )
    .option('--model <DIR|NAME>', 'folder with model.json, or a built-in model', 'cifar10')
    .option('--runtime <NAME>', `where to run: ${runtimeNames().join(', ')}`, 'node')
    .option('--top <N>', 'how many answers (default: 5)')
    .option('--threshold <X>', 'least confidence, 0 to 1 (default: 0)')
    .option('--json', 'one JSON object an image, one a line')
    .option('--precision <P>', 'only graphs of this precision: fp32, int8, ...')
    .option('--encoding <E>', 'only graphs of this encoding: onnx, openvino, ...')
    .option('--target <T>', 'where the graph runs: cpu, gpu or tpu (default: cpu)')
    .option('--trust', "skip the SHA-256 check of the model's files")
    .option('--images-from <FILE>', 'more images, one path a line, - for standard input')
    .option('--raw <WIDTHxHEIGHT[:FORMAT]>', 'images are raw pixels: rgb, or FORMAT[:MATRIX[:RANGE]]')
    .option('--budget <MS>', 'several models (--model A,B,C, the cheapest first): time for one image')
    .option('--confidence <X>', 'several models: ask the next one below this (default: 0.7)')
    .option('--cloud <URL#MODEL>', 'several models: ask this server when all are unsure')
    .option('--explain', 'several models: say why which one answered')
    .option('--verbose', 'also say which graphs were refused and why')
    .addHelpText(
      'after',
      `
Examples:
  $ edge-infer classify photo.jpg
  $ edge-infer classify --runtime wasmtime --top 3 --json *.jpg
  $ edge-infer classify --raw 640x480:nv12:bt709 frame.yuv
  $ find . -name '*.png' | edge-infer classify --images-from - --model ./my-model
  $ edge-infer classify --model ./tiny,cifar10 --budget 50 --explain photo.jpg
  $ curl -s https://example.org/cat.jpg | edge-infer classify -`,
    )
    .action(async (images: string[], options: ClassifyOptions) => done(await classify(images, options)));
}

async function classify(images: string[], options: ClassifyOptions): Promise<number> {
  findRuntime(options.runtime);
  if (isAdaptive(options)) {
    refuseGuestFlags(options);
    return await classifyAdaptively(images.length > 0 ? images : [samplePicture()], options);
  }
  if (options.runtime === 'node' && namesPlugins(options.model))
    return await classifyInEngine(images, options);
  using sandbox = new Sandbox();
  const args: string[] = ['classify', '--model', sandbox.model(options.model)];
  for (const flag of PASSED) {
    const value = options[flag];
    if (value !== undefined) args.push(`--${flag}=${value}`);
  }
  if (options.json) args.push('--json');
  if (options.trust) args.push('--trust');
  if (options.verbose) args.push('--verbose');
  if (options.imagesFrom !== undefined) {
    args.push('--images-from', showListed(options.imagesFrom, sandbox));
  }
  const named = images.length > 0 || options.imagesFrom !== undefined ? images : [samplePicture()];
  args.push('--', ...named.map((image) => (image === '-' ? '-' : sandbox.file(image))));
  return await runGuest({ runtime: options.runtime, args, sandbox, target: options.target, named: true });
}

/** Flags that only a guest understands. */
function refuseGuestFlags(options: ClassifyOptions): void {
  const given = (['imagesFrom', 'raw', 'encoding', 'target', 'trust'] as const).find(
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
