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
const MISSED =
  'Nearly all of it is ONNX Runtime: loading its library of 20 MB and making the session; the row beside it shows the same process without a graph. ' +
  'Needed: a build of ONNX Runtime with the operators of the model alone, or a process that stays.';
const MISSED_IN_NODE =
  'Most of it is reading modules, loading ONNX Runtime’s library, making the session, and the guest’s SHA-256 of the graph before its code is optimised; Node itself takes what the row beside it shows. ' +
  'Needed: the host in one file, and a hash by the host.';
let files = 0;

/** Where preprocess writes. */
const tensorFile = (machine: BenchMachine) => join(machine.folder('outputs'), `${process.pid}.npy`);

/** The guest's own command line in a runtime. */
function guestCommand(machine: BenchMachine, name: RuntimeName, command: 'classify' | 'preprocess'): Start {
  const runtime = runtimeHere(machine, name);
  const folder = machine.folder('outputs');
  const preopens = [
    { host: CHECKOUT, guest: CHECKOUT },
    { host: folder, guest: folder },
  ];
  const more = command === 'classify' ? ['--json'] : ['--out', tensorFile(machine)];
  const args = [command, '--model', MODEL, ...more, PICTURE];
  return async (stdin, stdout) => (await runtime.run({ args, preopens, stdin, stdout })).exitCode;
}

/** classify of one picture, as a script of Node. */
const ENGINE = `
import { classify } from ${JSON.stringify(join(CHECKOUT, 'dist/host/index.js'))};
console.log(JSON.stringify(await classify(${JSON.stringify(PICTURE)})));`;

/** The same with a worker thread, as a server starts. */
const ENGINE_WITH_WORKER = `
import { createEngine } from ${JSON.stringify(join(CHECKOUT, 'dist/host/index.js'))};
const engine = await createEngine({ workers: 1 });
console.log(JSON.stringify(await engine.classify(${JSON.stringify(PICTURE)})));
process.exit(0);`;

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
    async close() {
      for (const made of [file, tensorFile(machine)]) rmSync(made, { force: true });
    },
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
      open: async (machine) => processSubject(machine, guestCommand(machine, name, 'classify'), true),
    },
    rivals: [
      { name: 'edge-infer, Node engine', open: engineProcess, goal: { ms }, missed: MISSED },
      {
        name: 'the same without a graph (preprocess)',
        open: async (machine) => processSubject(machine, guestCommand(machine, name, 'preprocess'), false),
        differs: { why: 'it ends at the tensor' },
      },
    ],
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
        missed: MISSED_IN_NODE,
        differs: { why: 'it computes nothing' },
      },
      {
        name: 'edge-infer, createEngine with a worker thread',
        open: async (machine) => processSubject(machine, await script(machine, ENGINE_WITH_WORKER), true),
      },
    ],
  },
  coldCase('wasmtime', 'Wasmtime, compiled ahead', 60),
  coldCase('wasmedge', 'WasmEdge, compiled ahead', 60),
];
