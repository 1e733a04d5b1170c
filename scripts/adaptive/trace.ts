/** Two and a half simulated minutes of an adaptive engine: a load step, then heat. And their picture. */
import type { Classification, Decided } from '../../host/index.js';
import { numbered, random, simulate } from './world.js';

/** One request of the trace. */
export interface TracePoint {
  /** Seconds. */
  at: number;
  model: string;
  elapsed_ms: number;
}

/** The trace and what the engine said at its end. */
export interface Trace {
  points: TracePoint[];
  switches: number;
  late: number;
}

const MODELS = [
  { name: 'tiny', ms: 5 },
  { name: 'base', ms: 20 },
  { name: 'large', ms: 60 },
];
export const BUDGET_MS = 90;
const SECONDS = 150;
/** A request each 15 ms rather than each 120. */
const BUSY = [20, 40] as const;
/** Everything takes three times as long. */
const HOT = [70, 100] as const;

const within = (seconds: number, [from, to]: readonly [number, number]) => seconds >= from && seconds < to;

export async function simulatedTrace(): Promise<Trace> {
  const next = random(18);
  const models = MODELS.map(({ name, ms }) => ({
    name,
    service: (now: number) => ms * (within(now / 1000, HOT) ? 3 : 1) * (0.9 + 0.2 * next()),
  }));
  const { clock, engine } = simulate(models, { latencyBudget: BUDGET_MS });
  const answers: Promise<{ at: number; answer: Decided<Classification> }>[] = [];
  const all = (async () => {
    for (let number = 0; clock.now() < SECONDS * 1000; number++) {
      const at = clock.now() / 1000;
      answers.push(engine.classify(numbered(number)).then((answer) => ({ at, answer })));
      await clock.sleep(within(at, BUSY) ? 15 : 120);
    }
    return await Promise.all(answers);
  })();
  const points = (await clock.until(all)).map(({ at, answer: { decision } }) => ({
    at,
    model: decision.model,
    elapsed_ms: decision.elapsed_ms,
  }));
  const late = points.filter(({ elapsed_ms }) => elapsed_ms > BUDGET_MS).length;
  return { points, switches: engine.stats().switches, late };
}

const WIDTH = 920;
const HEIGHT = 330;
const LEFT = 56;
const RIGHT = 20;
const TOP = 70;
const BOTTOM = 44;
const TICKS = [5, 10, 20, 50, 100, 200];
const [LOW, HIGH] = [3, 400];

const x = (seconds: number) => LEFT + (seconds / SECONDS) * (WIDTH - LEFT - RIGHT);
const y = (ms: number) =>
  HEIGHT - BOTTOM - (Math.log(ms / LOW) / Math.log(HIGH / LOW)) * (HEIGHT - TOP - BOTTOM);

/** SVG text of the trace; its colours follow the reader's light or dark theme. */
export function traceChart({ points, switches, late }: Trace): string {
  const band = ([from, to]: readonly [number, number], text: string) => `
  <rect x="${x(from).toFixed(1)}" y="${TOP}" width="${(x(to) - x(from)).toFixed(1)}" height="${HEIGHT - TOP - BOTTOM}" class="band"/>
  <text x="${((x(from) + x(to)) / 2).toFixed(1)}" y="${TOP - 6}" class="small" text-anchor="middle">${text}</text>`;
  const ticks = TICKS.map(
    (ms) => `
  <line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ms).toFixed(1)}" y2="${y(ms).toFixed(1)}" class="tick"/>
  <text x="${LEFT - 8}" y="${(y(ms) + 4).toFixed(1)}" class="small" text-anchor="end">${ms} ms</text>`,
  );
  const seconds = Array.from({ length: SECONDS / 30 + 1 }, (_, i) => i * 30).map(
    (at) =>
      `\n  <text x="${x(at).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" class="small" text-anchor="middle">${at} s</text>`,
  );
  // In the busy stretch one dot in eight is drawn.
  const drawn = points.filter(
    ({ at, elapsed_ms }, i) => !within(at, BUSY) || i % 8 === 0 || elapsed_ms > BUDGET_MS,
  );
  const dots = MODELS.map(({ name }) => {
    const path = drawn
      .filter(({ model }) => model === name)
      .map(({ at, elapsed_ms }) => `M${x(at).toFixed(1)} ${y(elapsed_ms).toFixed(1)}h0`)
      .join('');
    return `\n  <path d="${path}" class="dot ${name}"/>`;
  });
  const legend = MODELS.map(
    ({ name, ms }, i) => `
  <path d="M${LEFT + 8 + i * 130} ${HEIGHT - 10}h0" class="dot big ${name}"/>
  <text x="${LEFT + 18 + i * 130}" y="${HEIGHT - 6}" class="small">${name} (${ms} ms)</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Latency of each answer over time, by the model that gave it">
  <style>
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .small { font-size: 10px; fill: #59636e; }
    .title { font-size: 15px; font-weight: 600; }
    .tick { stroke: #d1d9e0; }
    .band { fill: #8c959f; opacity: 0.13; }
    .budget { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 5 3; }
    .dot { stroke-width: 3.4; stroke-linecap: round; opacity: 0.75; }
    .big { stroke-width: 8; opacity: 1; }
    .tiny { stroke: #2da44e; }
    .base { stroke: #bf8700; }
    .large { stroke: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .small { fill: #9198a1; }
      .tick { stroke: #3d444d; }
      .budget { stroke: #f85149; }
      .tiny { stroke: #3fb950; }
      .base { stroke: #d29922; }
      .large { stroke: #58a6ff; }
    }
  </style>
  <text x="12" y="22" class="title">A load step and heat, one processor, budget ${BUDGET_MS} ms</text>
  <text x="12" y="40" class="small">Each dot is an answer: when it was asked for, how long it took, which model gave it. ${points.length} requests, ${late} late, ${switches} switches. Simulated, seeded.</text>${band(BUSY, 'a request each 15 ms')}${band(HOT, 'everything takes 3 x')}${ticks.join('')}${seconds.join('')}
  <line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(BUDGET_MS).toFixed(1)}" y2="${y(BUDGET_MS).toFixed(1)}" class="budget"/>${dots.join('')}${legend.join('')}
</svg>
`;
}
