/** The worker process: opens one subject and measures it as the benchmark asks; see ../worker_subject.ts. */
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { summarize } from '../../../host/bench/statistics.js';
import type { MakeWork, Work } from './work.js';

/** Subjects by name; modules are loaded when they are asked for, so that a worker holds only its own. */
const SUBJECTS: Readonly<Record<string, () => Promise<Readonly<Record<string, MakeWork>>>>> = {
  module: async () => (await import('./module.js')).MODULE_WORK,
  plain: async () => (await import('./plain.js')).PLAIN_WORK,
  sharp: async () => (await import('./sharp.js')).SHARP_WORK,
  transformers: async () => (await import('./transformers.js')).TRANSFORMERS_WORK,
  load: async () => (await import('./load.js')).LOAD_WORK,
  text: async () => (await import('./text.js')).TEXT_WORK,
  engine: async () => (await import('./engine.js')).ENGINE_WORK,
};

interface Request {
  op: 'open' | 'warm' | 'run' | 'output';
  subject: string;
  params: never;
  ms: number;
  file: string;
}

const LEAST_PASSES = 3;
/** A stretch between two looks at the clock takes at least this long. */
const STRETCH_MS = 1;
/** How often a stretch that was interrupted is measured. */
const TRIES = 8;

let work: Work | undefined;
/** Calls in a stretch. */
let repeat = 1;

async function open(subject: string, params: never): Promise<object> {
  const [group = '', name = ''] = subject.split('.');
  const make = (await SUBJECTS[group]?.())?.[name];
  if (make === undefined) throw new Error(`no subject ${subject}`);
  work = await make(params);
  return { versions: work.versions ?? {} };
}

/**
 * Milliseconds of `repeat` calls of a unit. When the operating system took the core away meanwhile, the time is another
 * process's: the stretch is measured again, and the shortest counts when none was undisturbed.
 */
async function stretch(todo: Work, unit: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const taken = process.resourceUsage().involuntaryContextSwitches;
    const start = performance.now();
    for (let i = 0; i < repeat; i++) {
      // A synchronous call is not awaited: some take a microsecond.
      const pending = todo.call(unit);
      if (pending !== undefined) await pending;
    }
    const spent = performance.now() - start;
    if (process.resourceUsage().involuntaryContextSwitches === taken) return spent;
    least = Math.min(least, spent);
  }
  return least;
}

/** Milliseconds a unit: the median over passes through all units, which together take at least `ms`. */
async function run(todo: Work, ms: number, least = 1): Promise<number> {
  if (todo.measure !== undefined) return await todo.measure(ms);
  const passes: number[] = [];
  const start = performance.now();
  do {
    let spent = 0;
    for (let unit = 0; unit < todo.units; unit++) spent += await stretch(todo, unit);
    passes.push(spent / (repeat * todo.units));
  } while (performance.now() - start < ms || passes.length < least);
  return summarize(passes).median;
}

async function warm(todo: Work, ms: number): Promise<object> {
  repeat = 1;
  const each = await run(todo, ms, LEAST_PASSES);
  repeat = Math.max(1, Math.ceil(STRETCH_MS / each));
  return {};
}

async function output(todo: Work, file: string): Promise<object> {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < todo.units; i++) {
    await todo.call(i);
    parts.push(Uint8Array.from(todo.output()));
  }
  writeFileSync(file, Buffer.concat(parts));
  return { profile: todo.profile?.() };
}

async function answer({ op, subject, params, ms, file }: Request): Promise<object> {
  if (op === 'open') return await open(subject, params);
  if (work === undefined) throw new Error('nothing is open');
  if (op === 'warm') return await warm(work, ms);
  if (op === 'run') return { ms: await run(work, ms) };
  return await output(work, file);
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: object;
  try {
    reply = { bench: 'ok', ...(await answer(JSON.parse(line) as Request)) };
  } catch (cause) {
    reply = { bench: 'failed', why: cause instanceof Error ? cause.message.split('\n')[0] : String(cause) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
process.exit(0);
