/** What goes between the adaptive engine and its server. */
import type { ClassifyOptions, Engine } from '../../engine/engine.js';
import type { Classification } from '../../engine/results.js';
import type { CloudDecision } from '../decision.js';
import type { Picture } from '../request.js';
import type { BreakerState } from './breaker.js';
import type { OutputRanking } from './ranking.js';
import type { SplitModel } from './split_model.js';

/** What is asked. */
export interface CloudRequest {
  picture: Picture;
  options: ClassifyOptions;
  /** Of the local answer; undefined: its best probability counts. */
  confidence: number | undefined;
  answer: object;
  /** Milliseconds that are left. */
  left_ms: number;
}

/** What came of it. Without `answer` the local one stands. */
export interface CloudAnswer {
  decision: CloudDecision;
  answer?: Classification;
  confidence?: number;
}

/** What an engine tells of its server. */
export interface CloudStats {
  url: string;
  breaker: BreakerState;
  answered: number;
  failed: number;
  /** Not asked because it was left alone or its allowance was spent. */
  unavailable: number;
  bytes_sent: number;
  /** Bytes a second and milliseconds of an empty request, as estimated. */
  link: { bandwidth: number; latency_ms: number };
}

/** What the escalation works with. */
export interface CloudParts {
  /** Makes the tensor that the server's model is fed; its graph is not loaded. */
  preprocessing: Engine;
  ranking: OutputRanking;
  split: SplitModel | undefined;
}
