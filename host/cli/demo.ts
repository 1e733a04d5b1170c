/** `edge-infer demo`. */
import type { Command } from 'commander';
import { startDemo } from '../demo/server.js';
import { EdgeInferError, EXIT } from '../errors.js';
import { resolveModel } from '../models/package.js';
import { note, print } from './output.js';

const LARGEST_PORT = 65535;

/** Adds the command to the program. `done` gets the exit code. */
export function addDemo(program: Command, done: (exitCode: number) => void): void {
  program
    .command('demo')
    .description('a page that classifies pictures and the camera in your browser, served from this machine')
    .option('--model <DIR|NAME>', 'folder with model.json, or a built-in model', 'cifar10')
    .option('--port <N>', '0: any that is free', '8080')
    .addHelpText(
      'after',
      `
Nothing leaves the browser: the module and ONNX Runtime Web run in the page. Needs the npm package onnxruntime-web.

Examples:
  $ edge-infer demo
  $ edge-infer demo --model ./my-model --port 0`,
    )
    .action(async ({ model, port }: { model: string; port: string }) => done(await demo(model, port)));
}

async function demo(model: string, port: string): Promise<number> {
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > LARGEST_PORT) {
    throw new EdgeInferError({
      code: 'USAGE_INVALID',
      message: `--port is wrong (${port}): expected a number from 0 to ${LARGEST_PORT}`,
      exitCode: EXIT.usage,
    });
  }
  const server = await startDemo(resolveModel(model), number);
  print(server.url);
  note('open it in a browser; end with Ctrl+C');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
  return EXIT.ok;
}
