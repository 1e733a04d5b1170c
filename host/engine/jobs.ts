/** What goes between the engine and the instances that do the work. Everything here is plain data: it is cloned. */
import type { EdgeInferErrorInit } from '../errors.js';
import type { WasmModule } from '../wasm.js';
import type { ReactorImage } from './reactor.js';
import type { Classification, PreprocessedTensor } from './results.js';

/** Which model an instance opens, and how. */
export interface ModelChoice {
  /** Absolute folder of the package. */
  root: string;
  /** Sizes of the graphs that may be taken, by their first file; undefined: any. */
  graphBytes: readonly number[] | undefined;
  /** Fail rather than run somewhere else than asked. */
  strictTarget: boolean;
  /** Load the graph and run it once while opening. */
  preload: boolean;
}

/** Work for an instance. */
export type Job =
  | { readonly kind: 'classify'; image: ReactorImage; readonly top: number; readonly threshold: number }
  | { readonly kind: 'preprocess'; image: ReactorImage };

/** What each kind of work gives. */
export interface Answers {
  classify: Classification;
  preprocess: PreprocessedTensor;
}

/** What a worker is started with. */
export interface WorkerSeat {
  /** Word 0: {@link NativeGate}; the rest: {@link SLOT}, one word for each job that may be with the worker. */
  control: Int32Array;
}

/** States of a slot of the control words. Both sides go from WAITING by compareExchange: one of them wins. */
export const SLOT = { waiting: 0, started: 1, cancelled: 2 } as const;

/** To a worker. */
export type ToWorker =
  | { readonly open: ModelChoice; readonly module: WasmModule }
  | { readonly id: number; readonly slot: number; readonly job: Job };

/** From a worker. `memory`: bytes of the instance's linear memory. */
export type FromWorker =
  | { readonly opened: true; readonly memory: number }
  | { readonly openFailed: EdgeInferErrorInit }
  | { readonly id: number; readonly answer: Answers[Job['kind']]; readonly memory: number }
  | { readonly id: number; readonly error: EdgeInferErrorInit; readonly memory: number }
  | { readonly id: number; readonly cancelled: true }
  | { readonly trapped: string };
