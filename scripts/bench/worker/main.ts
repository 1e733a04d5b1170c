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
/** Passes between two looks at the clock take at least this long. */
const BATCH_MS = 1;

let work: Work | undefined;
let batch = 1;

async function open(subject: string, params: never): Promise<object> {
  const [group = '', name = ''] = subject.split('.');
  const make = (await SUBJECTS[group]?.())?.[name];
  if (make === undefined) throw new Error(`no subject ${subject}`);
  work = await make(params);
  return { versions: work.versions ?? {} };
}

async function pass(todo: Work): Promise<void> {
  for (let i = 0; i < todo.units; i++) {
    const pending = todo.call(i);
    if (pending !== undefined) await pending;
  }
}

/**
 * Milliseconds a unit: the median over batches of whole passes, which together take at least `ms`. A batch is about a
 * millisecond or one pass, so that another process taking the core for a while shows in few of them.
 */
async function run(todo: Work, ms: number, least = 1): Promise<number> {
  const batches: number[] = [];
  const start = performance.now();
  let before = start;
  do {
    for (let i = 0; i < batch; i++) {
      const pending = passNow(todo);
      if (pending !== undefined) await pending;
    }
    const now = performance.now();
    batches.push(now - before);
    before = now;
  } while (before - start < ms || batches.length < least);
  return summarize(batches).median / (batch * todo.units);
}

/** A single synchronous unit is called without a promise around it: some take microseconds. */
function passNow(todo: Work): void | Promise<void> {
  return todo.units === 1 ? todo.call(0) : pass(todo);
}

async function warm(todo: Work, ms: number): Promise<object> {
  batch = 1;
  const each = (await run(todo, ms, LEAST_PASSES)) * todo.units;
  batch = Math.max(1, Math.ceil(BATCH_MS / each));
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
