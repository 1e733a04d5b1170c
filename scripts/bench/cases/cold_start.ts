/** A process from its start to the first answer: the built-in model, the picture that the project drew. */
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeName } from '../../../host/runtimes/index.js';
import { CHECKOUT } from '../../machine/paths.js';
import type { BenchCase, Subject } from '../case.js';
import { program, runtimeHere, type Start } from '../commands.js';
import type { BenchMachine } from '../machine.js';

const MODEL = join(CHECKOUT, 'models/cifar10');
const PICTURE = join(CHECKOUT, 'dist/sample/airplane.png');
const ROUNDS = 15;
let files = 0;

/** The guest's own command line in a runtime. */
function guestCommand(machine: BenchMachine, name: RuntimeName): Start {
  const runtime = runtimeHere(machine, name);
  const preopens = [{ host: CHECKOUT, guest: CHECKOUT }];
  const args = ['classify', '--json', '--model', MODEL, PICTURE];
  return async (stdin, stdout) => (await runtime.run({ args, preopens, stdin, stdout })).exitCode;
}

/** createClassifier and one picture, as a script of Node. */
const ENGINE = `
import { classify } from ${JSON.stringify(join(CHECKOUT, 'dist/host/index.js'))};
console.log(JSON.stringify(await classify(${JSON.stringify(PICTURE)})));`;

/** Wall time of whole processes; output: the hash of what the graph was given. */
function processSubject(machine: BenchMachine, start: Start, answers: boolean): Subject {
  const file = join(machine.folder('outputs'), `${process.pid}-process-${files++}`);
  const run = async (): Promise<number> => {
    const [stdin, stdout] = [openSync('/dev/null', 'r'), openSync(file, 'w')];
    try {
      const before = performance.now();
      const code = await start(stdin, stdout);
      if (code !== 0) throw new Error(`the process ended with ${code}`);
      return performance.now() - before;
    } finally {
      closeSync(stdin);
      closeSync(stdout);
    }
  };
  return {
    warm: async () => void (await run()),
    sample: run,
    async output() {
      await run();
      if (!answers) return new Uint8Array();
      const { input_sha256 } = JSON.parse(readFileSync(file, 'utf8')) as { input_sha256: string };
      return Buffer.from(input_sha256, 'hex');
    },
    close: async () => rmSync(file, { force: true }),
  };
}

const script = async (machine: BenchMachine, text: string): Promise<Start> =>
  program(await machine.node(), ['--input-type=module', '-e', text]);

const engineProcess = async (machine: BenchMachine) =>
  processSubject(machine, await script(machine, ENGINE), true);

function coldCase(name: RuntimeName, title: string, ms: number): BenchCase {
  return {
    id: `cold/${name}`,
    title: `first answer of ${title}, built-in model, process and model load included`,
    per: 'a process',
    rounds: ROUNDS,
    ours: {
      name: `edge-infer, ${title}`,
      open: async (machine) => processSubject(machine, guestCommand(machine, name), true),
    },
    rivals: [{ name: 'edge-infer, Node engine', open: engineProcess, goal: { ms } }],
  };
}

export const COLD_START_CASES: readonly BenchCase[] = [
  {
    id: 'cold/node',
    title: 'first answer of the Node engine, built-in model, process and model load included',
    per: 'a process',
    rounds: ROUNDS,
    ours: { name: 'edge-infer, Node engine', open: engineProcess },
    rivals: [
      {
        name: 'a Node process that does nothing',
        open: async (machine) => processSubject(machine, await script(machine, ''), false),
        goal: { ms: 150 },
        differs: { why: 'it computes nothing' },
      },
    ],
  },
  coldCase('wasmtime', 'Wasmtime, compiled ahead', 60),
  coldCase('wasmedge', 'WasmEdge, compiled ahead', 60),
];
