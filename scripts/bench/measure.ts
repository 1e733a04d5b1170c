/** Measures one case: warm-up, alternating rounds, outputs compared, rows. */
import { alternate } from '../../host/bench/rounds.js';
import { type Summary, summarize } from '../../host/bench/statistics.js';
import { messageOf } from '../../host/errors.js';
import {
  type BenchRow,
  type Goal,
  goalText,
  NotHad,
  type Rival,
  type Subject,
  type SubjectSpec,
  type TimedCase,
} from './case.js';
import { sha256, u8Difference } from './compare.js';
import type { BenchMachine } from './machine.js';

const ROUNDS = 21;

interface Entrant {
  spec: SubjectSpec | Rival;
  subject: Subject | undefined;
  /** Why it is not measured. */
  why: string;
}

async function open(spec: SubjectSpec, machine: BenchMachine): Promise<Entrant> {
  let subject: Subject | undefined;
  try {
    subject = await spec.open(machine);
    await subject.warm();
    return { spec, subject, why: '' };
  } catch (cause) {
    await subject?.close();
    // Anything else than "not had" is told too: a row is never left out in silence.
    const why = cause instanceof NotHad ? cause.message : `failed: ${messageOf(cause)}`;
    return { spec, subject: undefined, why };
  }
}

/** One row a rival. Rivals that cannot be had are rows too. */
export async function measureCase(
  item: TimedCase,
  machine: BenchMachine,
  rounds: number | undefined,
): Promise<BenchRow[]> {
  const entrants: Entrant[] = [];
  try {
    for (const spec of [item.ours, ...item.rivals]) {
      entrants.push(await open(spec, machine));
      const { why } = entrants.at(-1) as Entrant;
      if (why !== '') machine.say(`${item.id}: ${spec.name} not measured: ${why}`);
    }
    const running = entrants.filter((entrant) => entrant.subject !== undefined);
    const samples = await alternate(
      running.map((entrant) => entrant.subject as Subject),
      { rounds: rounds ?? item.rounds ?? ROUNDS },
    );
    const summaries = new Map(running.map((entrant, i) => [entrant, summarize(samples[i] ?? [])]));
    const outputs = new Map<Entrant, Uint8Array>();
    for (const entrant of running) outputs.set(entrant, await (entrant.subject as Subject).output());
    const [ours, ...rivals] = entrants as [Entrant, ...Entrant[]];
    return rivals.map((rival) => makeRow(item, ours, rival, summaries, outputs));
  } finally {
    for (const { subject } of entrants) await subject?.close();
  }
}

const round = (value: number) => Number(value.toPrecision(5));

function figures(summary: Summary) {
  const spread: [number, number] = [round(summary.q1), round(summary.q3)];
  return { median: round(summary.median), p95: round(summary.p95), spread };
}

function makeRow(
  item: TimedCase,
  ours: Entrant,
  rival: Entrant,
  summaries: ReadonlyMap<Entrant, Summary>,
  outputs: ReadonlyMap<Entrant, Uint8Array>,
): BenchRow {
  const spec = rival.spec as Rival;
  const own = summaries.get(ours);
  const other = summaries.get(rival);
  const a = outputs.get(ours);
  const b = outputs.get(rival);
  const row: BenchRow = {
    case: item.id,
    subject: ours.spec.name,
    rival: spec.name,
    ours_ms: own === undefined ? null : round(own.median),
    rival_ms: other === undefined ? null : round(other.median),
    ratio: own === undefined || other === undefined ? null : round(own.median / other.median),
    hash: a === undefined ? '' : sha256(a),
    hash_equal: null,
  };
  const notes: string[] = [];
  if (a !== undefined && b !== undefined) {
    row.rival_hash = sha256(b);
    const equal = row.rival_hash === row.hash;
    row.hash_equal = equal || spec.differs === undefined ? equal : null;
    if (!equal) notes.push(...differenceNotes(a, b, spec));
  }
  if (own !== undefined) {
    const { p95, spread } = figures(own);
    Object.assign(row, { ours_p95: p95, ours_spread: spread });
  }
  if (other !== undefined) {
    const { p95, spread } = figures(other);
    Object.assign(row, { rival_p95: p95, rival_spread: spread, rounds: other.rounds });
  }
  for (const { spec: unmeasured, why } of [ours, rival]) {
    if (why !== '') notes.push(`${unmeasured.name} not measured: ${why}`);
  }
  if (spec.goal !== undefined) Object.assign(row, judge(spec.goal, row, spec.missed));
  if (notes.length > 0) row.note = notes.join('; ');
  const profile = ours.subject?.profile?.();
  if (profile) row.profile = profile;
  return row;
}

function judge(goal: Goal, row: BenchRow, missed: string | undefined): Partial<BenchRow> {
  const value = 'ratio' in goal ? row.ratio : row.ours_ms;
  const most = 'ratio' in goal ? goal.ratio : goal.ms;
  const met = value === null ? null : value <= most;
  return {
    goal: goalText(goal),
    goal_met: met,
    ...(met === false && missed !== undefined ? { missed } : {}),
  };
}

function differenceNotes(a: Uint8Array, b: Uint8Array, { differs }: Rival): string[] {
  if (differs === undefined) return [`differs: ${u8Difference(a, b)}`];
  return differs.compare === undefined ? [differs.why] : [differs.compare(a, b), differs.why];
}
