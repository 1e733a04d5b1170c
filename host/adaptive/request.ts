/** What goes between the parts of the adaptive engine. */
import type { ClassifyOptions } from '../engine/engine.js';
import type { PictureForm } from '../engine/jobs.js';
import type { ImageSource } from '../engine/sources.js';
import type { LatencySummary } from './latency_estimate.js';

/** A picture that was read: as engines take it, and its bytes. */
export interface Picture {
  source: ImageSource;
  bytes: Uint8Array;
  form: PictureForm;
}

/** One request. */
export interface AdaptiveRequest {
  /** Name of the engine's function. */
  task: string;
  picture: Picture;
  options: ClassifyOptions;
  /** Wait for room in the queue. */
  wait: boolean;
  /** When it was made. */
  began: number;
}

/** What the core learned of one model. */
export interface ModelStats {
  name: string;
  answered: number;
  /** Runs whose answers were only learned from. */
  shadows: number;
  pending: number;
  latency_ms: LatencySummary;
  /** Share of its answers that were not sure enough. */
  unsure: number;
  /** By confidence, the least sure first: how often the next model said something else. Empty for the largest model. */
  escalations: { changes: number; seen: number; worth: boolean }[];
}

/** The answer so far, and which model gave it. */
export interface Standing {
  answer: object;
  place: number;
}
