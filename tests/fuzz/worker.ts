/** A worker thread of the fuzzer: runs its share of the inputs and reports what it finds. */
import { parentPort, workerData } from 'node:worker_threads';
import { Wasm } from '../../host/wasm.js';
import { type FindingKind, FuzzGuest } from './guest.js';
import { InputMaker } from './inputs.js';
import { Tally } from './tally.js';
import { targetsOf } from './targets/index.js';

/** What a worker is started with. */
export interface WorkerTask {
  readonly module: Uint8Array;
  readonly folder: string;
  readonly targets: readonly string[];
  readonly seed: number;
  readonly tally: SharedArrayBuffer;
  /** It runs the inputs begin, begin + step, ... of each target, ... */
  readonly begin: readonly number[];
  readonly step: number;
  /** ... below these numbers, */
  readonly end: readonly number[];
  /** and not after this moment (of Date.now). */
  readonly deadline: number;
}

/** A finding as the worker tells it. */
export interface WorkerFinding {
  readonly target: string;
  readonly index: number;
  readonly kind: FindingKind;
  readonly what: string;
  readonly file: Uint8Array;
}

/** Inputs of a target of weight 1 in a row, before the next target has its turn. */
const TURN = 4;

async function main(task: WorkerTask): Promise<void> {
  const module = await Wasm.compile(task.module);
  const targets = targetsOf(task.targets);
  // An instance a target: what one leaves behind is nothing to the others.
  const guests = await Promise.all(targets.map(() => FuzzGuest.create(module, task.folder)));
  const makers = targets.map((target) => new InputMaker(target, task.seed));
  const tally = new Tally(targets.length, task.tally);
  const next = [...task.begin];
  for (let busy = true; busy && Date.now() < task.deadline; ) {
    busy = false;
    for (const [t, target] of targets.entries()) {
      for (let turn = target.weight * TURN; turn > 0 && next[t]! < task.end[t]!; turn -= 1) {
        const index = next[t]!;
        next[t] = index + task.step;
        busy = true;
        tally.begin(t, index);
        const file = makers[t]!.make(index);
        const result = guests[t]!.run(target, file);
        if (!('what' in result)) {
          tally.end(t, result.status, result.peak);
          continue;
        }
        tally.end(t, -1, 0);
        const { kind, what } = result;
        const finding: WorkerFinding = { target: target.name, index, kind, what, file: file.slice() };
        parentPort?.postMessage(finding);
        if (result.fatal) guests[t] = await FuzzGuest.create(module, task.folder);
      }
    }
  }
}

await main(workerData as WorkerTask);
