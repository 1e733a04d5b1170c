/** `edge-infer preprocess`. */
import type { Command } from 'commander';
import { findRuntime, runtimeNames } from '../runtimes/index.js';
import { runGuest } from './guest.js';
import { Sandbox } from './sandbox.js';

interface PreprocessOptions {
  model: string;
  runtime: string;
  out: string;
  json?: true;
  raw?: string;
  trust?: true;
}

/** Adds the command to the program. `done` gets the exit code. */
export function addPreprocess(program: Command, done: (exitCode: number) => void): void {
  program
    .command('preprocess')
    .description('write the exact tensor that a graph is fed')
    .argument('<IMAGE>', 'JPEG, PNG, PNM or BMP file, - for standard input')
    .option('--model <DIR|NAME>', 'folder with model.json, or a built-in model', 'cifar10')
    .requiredOption('--out <FILE.npy>', 'NumPy file to write, - for standard output')
    .option('--runtime <NAME>', `where to run: ${runtimeNames().join(', ')}`, 'node')
    .option('--json', 'print the answer as JSON')
    .option('--raw <WIDTHxHEIGHT[:FORMAT]>', 'the image is raw pixels: rgb, or FORMAT[:MATRIX[:RANGE]]')
    .option('--trust', "skip the SHA-256 check of the model's files")
    .addHelpText(
      'after',
      `
Examples:
  $ edge-infer preprocess photo.jpg --out tensor.npy
  $ edge-infer preprocess photo.jpg --model ./my-model --out - | python3 -c "import numpy, sys, io; print(numpy.load(io.BytesIO(sys.stdin.buffer.read())).shape)"`,
    )
    .action(async (image: string, options: PreprocessOptions) => done(await preprocess(image, options)));
}

async function preprocess(image: string, options: PreprocessOptions): Promise<number> {
  findRuntime(options.runtime);
  using sandbox = new Sandbox();
  const args: string[] = ['preprocess', '--model', sandbox.model(options.model)];
  args.push('--out', options.out === '-' ? '-' : sandbox.file(options.out));
  if (options.json) args.push('--json');
  if (options.trust) args.push('--trust');
  if (options.raw !== undefined) args.push(`--raw=${options.raw}`);
  args.push('--', image === '-' ? '-' : sandbox.file(image));
  return await runGuest({ runtime: options.runtime, args, sandbox, named: false });
}
