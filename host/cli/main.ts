#!/usr/bin/env node
/** The command line: parses, runs one command, and turns every failure into one line and an exit code. */
import { Command, CommanderError } from 'commander';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageVersion } from '../paths.js';
import { addBench } from './bench.js';
import { addComponentize } from './componentize.js';
import { addConformance } from './conformance.js';
import { addDemo } from './demo.js';
import { addDoctor } from './doctor.js';
import { addModels } from './models.js';
import { reportError, writeAll } from './output.js';
import { addParity } from './parity.js';
import { addPictureTasks } from './picture_tasks.js';
import { addPreprocess } from './preprocess.js';
import { addRun } from './run.js';
import { addRuntimes } from './runtimes.js';
import { addScore } from './score.js';
import { addText } from './text.js';

/** Arguments before `--`: ours. */
function ownArguments(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

/** `--debug` is for every command and is read from the whole command line: commander need not know it. */
function withoutDebug(argv: readonly string[]): string[] {
  const own = ownArguments(argv);
  return [...own.filter((word) => word !== '--debug'), ...argv.slice(own.length)];
}

function createProgram(done: (exitCode: number) => void): Command {
  const program = new Command('edge-infer')
    .description('Runs models on every WebAssembly runtime with the accuracy they were trained with.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [COMMAND]', 'print help of a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => writeAll(1, text), writeErr: () => {} })
    .showSuggestionAfterError(true)
    .addHelpText(
      'after',
      `
Exit codes: 0 good, 1 not equal (parity), 2 usage, 3 input, 4 model, 5 runtime, 6 network, 7 security.
Every command takes --debug (or EDGE_INFER_DEBUG=1): more lines, and the stack of an error.

Examples:
  $ edge-infer classify photo.jpg
  $ edge-infer doctor`,
    );
  addPictureTasks(program, done);
  addScore(program, done);
  addPreprocess(program, done);
  addParity(program, done);
  addRun(program, done);
  addComponentize(program, done);
  addConformance(program, done);
  addBench(program, done);
  addModels(program, done);
  addText(program, done);
  addRuntimes(program, done);
  addDoctor(program, done);
  addDemo(program, done);
  return program;
}

/** Commander's complaint in our shape: its suggestion becomes the hint. */
function usageError(error: CommanderError): EdgeInferError {
  const lines = error.message.split('\n').map((line) => line.trim());
  const what = (lines[0] ?? '').replace(/^error: /, '').replace(/\.$/, '');
  const suggestion = /\(Did you mean (?:one of )?(.+)\?\)/.exec(error.message)?.[1];
  const code = error.code.startsWith('commander.unknown')
    ? `USAGE_UNKNOWN_${error.code === 'commander.unknownCommand' ? 'COMMAND' : 'FLAG'}`
    : 'USAGE_INVALID';
  return new EdgeInferError({
    code,
    message: what,
    hint: suggestion === undefined ? 'see edge-infer --help' : `try ${suggestion}`,
    exitCode: EXIT.usage,
    cause: error,
  });
}

async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram((code) => {
    exitCode = code;
  });
  const words = withoutDebug(argv);
  if (words.length === 0) {
    writeAll(2, program.helpInformation());
    return EXIT.usage;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return EXIT.ok;
    if (thrown.code === 'commander.help') {
      const named = words.filter((word) => !word.startsWith('-')).join(' ');
      throw new EdgeInferError({
        code: 'USAGE_INVALID',
        message: `incomplete command (${named}): a subcommand must follow`,
        hint: `see edge-infer ${named} --help`,
        exitCode: EXIT.usage,
      });
    }
    throw usageError(thrown);
  }
}

const argv = process.argv.slice(2);
const json = ownArguments(argv).includes('--json');
process.on('uncaughtException', (error) => process.exit(reportError(error, json)));
main(argv).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => process.exit(reportError(error, json)),
);
