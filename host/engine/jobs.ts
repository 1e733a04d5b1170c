/** What goes between the engine and the instances that do the work. Everything here is plain data: it is cloned. */
import type { EdgeInferErrorInit } from '../errors.js';
import type { CardGraph, ModelCard } from '../models/card.js';
import type { Dtype } from '../wasi-nn/index.js';
import type { WasmModule } from '../wasm.js';
import type { Classification, Detection, Embedding, PreprocessedTensor, Segmentation } from './results.js';

/** Which model an instance opens, and how. */
export interface ModelChoice {
  /** Absolute folder of the package. */
  root: string;
  task: ModelCard['task'];
  /** The graphs that may be taken, best first. */
  graphs: readonly CardGraph[];
  /** Fail rather than run somewhere else than asked. */
  strictTarget: boolean;
  /** Load the graph and run it once while opening. */
  preload: boolean;
  /** The same for all instances whose answers are the same: part of every key of the cache. */
  identity: string;
  /** The card, where it names a plug-in. */
  pluginCard: ModelCard | undefined;
}

/** The modules that instances are made of; compiled once, their code is shared. */
export interface Modules {
  core: WasmModule;
  /** For the hash of pictures, where near duplicates are looked for, and for models with plug-ins. */
  kernels?: WasmModule;
}

/** How the bytes of a picture are to be read: width, height and layout of docs/abi.md. */
export interface PictureForm {
  width: number;
  height: number;
  layout: number;
}

/** A tensor without its bytes. */
export interface TensorForm {
  name: string;
  dtype: Dtype;
  dims: number[];
}

/** What is asked before the graph runs: whether the answer is known by now. */
export interface Question {
  /** SHA-256 of the tensor. */
  input_sha256?: string;
  /** Hash of what the picture looks like: see picture_hash.ts. */
  picture?: [number, number];
  /** Of the picture, where the answer is in its pixels: `640x480`. */
  size?: string;
  /** Milliseconds spent on the picture so far. */
  timings: { decode: number; preprocess: number };
}

/** What answers to a picture may be asked before they are computed. */
export interface Asking {
  /** By the tensor. */
  tensor: boolean;
  /** By what the picture looks like. */
  picture: boolean;
}

/** Work for an instance. `parts` holds all bytes of it. */
export type Job = { parts: Uint8Array[] } & (
  | {
      readonly kind: 'classify';
      readonly form: PictureForm;
      readonly top: number;
      readonly threshold: number;
      readonly asking: Asking | undefined;
    }
  | {
      readonly kind: 'detect';
      readonly form: PictureForm;
      readonly top: number;
      readonly threshold: number;
      readonly iou: number;
      readonly asking: Asking | undefined;
    }
  | {
      readonly kind: 'segment';
      readonly form: PictureForm;
      readonly size: 'picture' | 'model';
      readonly asking: Asking | undefined;
    }
  | { readonly kind: 'embed'; readonly form: PictureForm; readonly asking: Asking | undefined }
  | { readonly kind: 'preprocess'; readonly form: PictureForm }
  | { readonly kind: 'run'; readonly inputs: readonly TensorForm[] }
);

/** Work on a picture whose answer is that of the graph. */
export type GraphJob = Extract<Job, { kind: 'classify' | 'detect' | 'segment' | 'embed' }>;

/** Output tensors: `parts` holds their bytes in the order of `outputs`. */
export interface RunAnswer {
  outputs: TensorForm[];
  parts: Uint8Array<ArrayBuffer>[];
}

/** What each kind of work gives. */
export interface Answers {
  classify: Classification;
  detect: Detection;
  segment: Segmentation;
  embed: Embedding;
  preprocess: PreprocessedTensor;
  run: RunAnswer;
}

export type Answer = Answers[Job['kind']];

/** What a worker is started with. */
export interface WorkerSeat {
  /** Word 0: {@link NativeGate}; the rest: {@link SLOT}, one word for each job that may be with the worker. */
  control: Int32Array;
  /** See {@link EngineOptions.niceness}. */
  niceness: number;
}

/** States of a slot of the control words. Both sides go from WAITING by compareExchange: one of them wins. */
export const SLOT = { waiting: 0, started: 1, cancelled: 2 } as const;

/** Word of the control words behind the slots: counts begins and ends of calls of plug-ins, odd while one runs. */
export const pluginWord = (control: Int32Array): number => control.length - 1;

/** To a worker. `known` answers its question. */
export type ToWorker =
  | { readonly open: ModelChoice; readonly modules: Modules }
  | { readonly id: number; readonly slot: number; readonly job: Job }
  | { readonly id: number; readonly known: boolean };

/** From a worker. `memory`: bytes of the instance's linear memory. */
export type FromWorker =
  | { readonly opened: true; readonly memory: number }
  | { readonly openFailed: EdgeInferErrorInit }
  | { readonly id: number; readonly question: Question }
  | { readonly id: number; readonly pluginCall: number; readonly ms: number }
  | { readonly id: number; readonly answer: Answer | undefined; readonly memory: number }
  | { readonly id: number; readonly error: EdgeInferErrorInit; readonly memory: number }
  | { readonly id: number; readonly cancelled: true }
  | { readonly trapped: string };
