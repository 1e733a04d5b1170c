/** Accuracy and latency of policies over real models: each picture through each policy, one after the other. */
import {
  type AdaptiveEngine,
  adaptiveEngineOver,
  answerEngine,
} from '../../host/adaptive/adaptive_engine.js';
import { processClock } from '../../host/adaptive/clock.js';
import { type AdaptiveOptions, adaptiveSettings } from '../../host/adaptive/options.js';
import { SignalBoard } from '../../host/adaptive/signals/board.js';
import { type Classification, createEngine, type Engine } from '../../host/index.js';
import type { Family } from './family.js';
import { random } from './world.js';

/** One row of the table. */
export interface PolicyRow {
  policy: string;
  pictures: number;
  top1: number;
  /** Mean over the pictures of the sum of the medians of the models that ran: other load on the machine counts little. */
  cost_ms: number;
  mean_ms: number;
  p95_ms: number;
  /** Share of the answers by model. */
  answered: Record<string, number>;
}

interface Policy {
  name: string;
  classify(
    picture: Uint8Array,
  ): Promise<{ answer: Classification; took_ms: number; model: string; ran: string[] }>;
  rows: { right: boolean; took_ms: number; model: string; ran: string[] }[];
}

/** Answers to the first pictures are not counted: estimates are made of them. */
const WARM_UP = 20;

/** Runs all policies over the pictures of a family, in a seeded order. */
export async function measurePolicies(family: Family, say: (line: string) => void): Promise<PolicyRow[]> {
  const engines: Engine[] = [];
  try {
    for (const { model, precision } of family.models) {
      engines.push(
        await createEngine({ model, workers: 1, ...(precision === undefined ? {} : { precision }) }),
      );
    }
    const policies = [
      ...family.models.map(({ name }, place) => single(name, engines[place] as Engine)),
      ...[0.3, 0.5, 0.7].map((confidence) =>
        adaptive(`adaptive, unsure below ${confidence}`, family, engines, { confidence }),
      ),
    ];
    const order = shuffled(family.pictures, 2026);
    for (const [number, { bytes, classId }] of order.entries()) {
      // Whoever comes first finds the caches cold.
      const turn = number % policies.length;
      for (const policy of [...policies.slice(turn), ...policies.slice(0, turn)]) {
        const { answer, took_ms, model, ran } = await policy.classify(bytes);
        if (number < WARM_UP) continue;
        policy.rows.push({ right: answer.predictions[0]?.class_id === classId, took_ms, model, ran });
      }
      if (number % 100 === 99) say(`${family.name}: ${number + 1} of ${order.length}`);
    }
    const medians = new Map(
      family.models.map(({ name }, place) => [name, timeOf(policies[place] as Policy, 0.5)]),
    );
    return policies.map((policy) => rowOf(policy, medians));
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

function single(name: string, engine: Engine): Policy {
  return {
    name: `${name} alone`,
    rows: [],
    async classify(picture) {
      const began = performance.now();
      const answer = await engine.classify(picture);
      return { answer, took_ms: performance.now() - began, model: name, ran: [name] };
    },
  };
}

function adaptive(
  name: string,
  { models }: Family,
  engines: readonly Engine[],
  options: Partial<AdaptiveOptions>,
): Policy {
  const settings = adaptiveSettings({ models, signals: [], explore: 0, workers: 1, ...options });
  const engine: AdaptiveEngine = adaptiveEngineOver(
    engines.map(answerEngine),
    settings,
    new SignalBoard([], 1000),
    undefined,
    processClock,
  );
  return {
    name,
    rows: [],
    async classify(picture) {
      const began = performance.now();
      const answer = await engine.classify(picture);
      const took_ms = performance.now() - began;
      const { model, considered } = answer.decision;
      const ran = considered.filter((row) => row.took_ms !== undefined).map((row) => row.model);
      return { answer, took_ms, model, ran };
    },
  };
}

/** The time that a share of the rows does not exceed. */
function timeOf({ rows }: Policy, share: number): number {
  const sorted = rows.map(({ took_ms }) => took_ms).sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}

function rowOf(policy: Policy, medians: ReadonlyMap<string, number>): PolicyRow {
  const { name, rows } = policy;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const cost = (ran: string[]) => ran.reduce((sum, model) => sum + (medians.get(model) ?? 0), 0);
  const answered: Record<string, number> = {};
  for (const { model } of rows) answered[model] = (answered[model] ?? 0) + 1 / rows.length;
  return {
    policy: name,
    pictures: rows.length,
    top1: rows.filter(({ right }) => right).length / rows.length,
    cost_ms: mean(rows.map(({ ran }) => cost(ran))),
    mean_ms: mean(rows.map(({ took_ms }) => took_ms)),
    p95_ms: timeOf(policy, 0.95),
    answered,
  };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const next = random(seed);
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
