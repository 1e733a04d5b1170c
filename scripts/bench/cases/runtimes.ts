/** The same preprocessing in every runtime: equal bytes, and what each takes. */
import { readFileSync } from 'node:fs';
import type { RuntimeName } from '../../../host/runtimes/index.js';
import { type BenchCase, NotHad, type SubjectSpec } from '../case.js';
import { type CommandInput, commandSubject, inRuntime } from '../commands.js';
import type { BenchMachine } from '../machine.js';
import { cardFile, TENSOR_ELEMENTS } from '../models.js';
import { nodeSubject } from '../worker_subject.js';

const RUNS = 3;
const OLDEST_NODE = 20;

/** What assembly/entries/bench_preprocess.ts reads. */
async function commandInput(machine: BenchMachine): Promise<CommandInput> {
  const card = readFileSync(cardFile(machine));
  const pictures = (await machine.pictures()).photographs.map((file) => readFileSync(file));
  const lengths = pictures.map((picture) => picture.length);
  const head = Uint32Array.of(RUNS, pictures.length, card.length, ...lengths);
  const bytes = Buffer.concat([new Uint8Array(head.buffer), card, ...pictures]);
  return { bytes, runs: RUNS, units: pictures.length };
}

const inNode = (node?: () => string): SubjectSpec['open'] => {
  return async (machine) =>
    nodeSubject(
      machine,
      {
        subject: 'module.tensor',
        params: {
          wasm: await machine.guest('bench_kernels'),
          files: (await machine.pictures()).photographs,
          card: cardFile(machine),
          bytes: TENSOR_ELEMENTS * 4,
        },
      },
      node?.(),
    );
};

/** This Node when it is the oldest that is supported. */
function oldestNode(): string {
  if (process.versions.node.startsWith(`${OLDEST_NODE}.`)) return process.execPath;
  throw new NotHad(`start the benchmark with Node ${OLDEST_NODE}: this is ${process.versions.node}`);
}

const newNode: SubjectSpec = { name: 'edge-infer, Node', open: inNode() };

function runtimeCase(id: string, name: string, open: SubjectSpec['open']): BenchCase {
  return {
    id: `runtimes/${id}`,
    title: `JPEG to tensor 224 x 224 x 3 in ${name}`,
    per: 'a picture',
    rounds: 11,
    ours: { name: `edge-infer, ${name}`, open },
    rivals: [newNode],
  };
}

const asCommand =
  (runtime: RuntimeName): SubjectSpec['open'] =>
  async (machine) => {
    const start = inRuntime(machine, runtime, await machine.guest('bench_preprocess'));
    return commandSubject(machine, start, await commandInput(machine));
  };

export const RUNTIME_CASES: readonly BenchCase[] = [
  runtimeCase('wasmtime', 'Wasmtime, compiled ahead', asCommand('wasmtime')),
  runtimeCase('wasmedge', 'WasmEdge, compiled ahead', asCommand('wasmedge')),
  runtimeCase('node-20', `Node ${OLDEST_NODE}`, inNode(oldestNode)),
];
