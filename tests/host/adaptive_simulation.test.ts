/** The adaptive engine on a simulated machine: budgets, load, heat, noise, learning; each decision explained. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Classification, Decided } from '../../host/index.js';
import { simulatedTrace, traceChart } from '../../scripts/adaptive/trace.js';
import { numbered, random, type SimulatedModel, simulate, type World } from '../../scripts/adaptive/world.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';

type Answer = Decided<Classification>;

/** Three models that take 5, 20 and 60 ms, give or take a tenth; `slowdown` multiplies all. */
function family(seed: number, slowdown: (now: number) => number = () => 1): SimulatedModel[] {
  const next = random(seed);
  return [
    { name: 'tiny', ms: 5 },
    { name: 'base', ms: 20 },
    { name: 'large', ms: 60 },
  ].map(({ name, ms }) => ({
    name,
    service: (now) => ms * slowdown(now) * (0.9 + 0.2 * next()),
  }));
}

/** Requests at the times that `gap` makes; their answers in the order of the requests. */
async function requests(
  { clock, engine }: World,
  count: number,
  gap: (now: number) => number,
): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  const all = (async () => {
    for (let picture = 0; picture < count; picture++) {
      answers.push(engine.classify(numbered(picture)));
      await clock.sleep(gap(clock.now()));
    }
    return await Promise.all(answers);
  })();
  const done = await clock.until(all);
  for (const { decision } of done) assertExplained(decision);
  return done;
}

function assertExplained(decision: Answer['decision']): void {
  assert.notEqual(decision.model, '');
  assert.ok(decision.reasons.length > 0);
  for (const { code, text } of decision.reasons)
    assert.ok(code !== undefined && text !== '', JSON.stringify(decision));
  assert.equal(decision.considered.length, 3);
  const ran = decision.considered.filter(({ took_ms }) => took_ms !== undefined).map(({ model }) => model);
  assert.ok(ran.includes(decision.model), `${decision.model} answered, ${ran.join()} ran`);
}

const late = (answers: readonly Answer[], budget: number) =>
  answers.filter(({ decision }) => decision.elapsed_ms > budget).length;
/** A shadow run that has begun cannot be ended: at most the requests that come meanwhile are late. */
const shadows = ({ engine }: World) => engine.stats().models.reduce((sum, { shadows }) => sum + shadows, 0);
const models = (answers: readonly Answer[]) => new Set(answers.map(({ decision }) => decision.model));

describe('latency budget', () => {
  for (const [budget, expected] of [
    [100, 'large'],
    [40, 'base'],
    [10, 'tiny'],
    [1, 'tiny'],
  ] as const) {
    test(`of ${budget} ms: ${expected}`, async () => {
      const world = simulate(family(1), { latencyBudget: budget });
      const answers = await requests(world, 400, () => 100);
      assert.deepEqual([...models(answers.slice(20))], [expected]);
      const { code } = answers.at(-1)?.decision.reasons[0] ?? {};
      assert.equal(code, budget === 1 ? 'nothing_fits' : 'largest_within_budget');
      assert.ok(world.engine.stats().switches <= 2);
      if (budget > 5) assert.ok(late(answers.slice(20), budget) === 0);
    });
  }

  test('without a budget: the largest', async () => {
    const answers = await requests(simulate(family(1)), 50, () => 100);
    assert.deepEqual([...models(answers)], ['large']);
  });

  test('the deadline of one request is for that request', async () => {
    const world = simulate(family(2), { latencyBudget: 100 });
    await requests(world, 100, () => 100);
    const { clock, engine } = world;
    const hurried = await clock.until(engine.classify(numbered(1), { deadline: 30 }));
    assert.equal(hurried.decision.reasons[0]?.code, 'request_deadline');
    assert.notEqual(hurried.decision.model, 'large');
    const next = await clock.until(engine.classify(numbered(2)));
    assert.equal(next.decision.model, 'large');
    assert.equal(engine.stats().switches, 0);
  });
});

describe('hysteresis', () => {
  test('a load step is followed down at once and up once', async () => {
    // A request each 200 ms, then each 15 ms (the large model can do one in 60 ms, the tiny one in 5), then each 200 ms.
    const gap = (now: number) => (now > 20_000 && now < 40_000 ? 15 : 200);
    const world = simulate(family(3), { latencyBudget: 100 });
    const answers = await requests(world, 1600, gap);
    const { switches, current } = world.engine.stats();
    assert.equal(current, 'large');
    assert.ok(switches <= 6, `${switches} switches`);
    assert.ok(late(answers, 100) <= 16, `${late(answers, 100)} of 1600 were late`);
  });

  test('throttling by heat: smaller models, and back', async () => {
    const slowdown = (now: number) => (now > 30_000 && now < 90_000 ? 4 : 1);
    const world = simulate(family(4, slowdown), { latencyBudget: 90, explore: 0.05 });
    const answers = await requests(world, 1500, () => 100);
    const large = answers.slice(340, 880).filter(({ decision }) => decision.model === 'large');
    assert.equal(large.length, 0, 'it takes 240 ms there');
    assert.ok(late(answers, 90) <= 16, `${late(answers, 90)} of 1500 were late`);
    assert.equal(world.engine.stats().current, 'large');
    assert.ok(world.engine.stats().switches <= 8, `${world.engine.stats().switches} switches`);
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    test(`noise at the bound does not make it flap (seed ${seed})`, async () => {
      // The p95 of the large model wanders around the budget.
      const next = random(seed * 7919);
      const wander = () => 0.85 + 0.3 * next();
      const world = simulate(family(seed, wander), { latencyBudget: 66, explore: 0.1 });
      const answers = await requests(world, 3000, () => 100);
      // 300 s, holds of 2 s that double: at most log2(150) + 1 moves up and as many down.
      assert.ok(world.engine.stats().switches <= 17, `${world.engine.stats().switches} switches`);
      assert.ok(answers.length === 3000);
    });
  }

  test('a load that only the smaller model can carry does not pull the larger one up again and again', async () => {
    const world = simulate(family(6), { latencyBudget: 100 });
    await requests(world, 4000, () => 30);
    const { switches, current } = world.engine.stats();
    assert.equal(current, 'base');
    assert.ok(switches <= 3, `${switches} switches`);
  });
});

/** Pictures of which the tiny model knows all but the hard ones; `gain`: of hard ones, how many the next model corrects. */
function cascade(seed: number, hard: number, gain: number): SimulatedModel[] {
  const luck = random(seed);
  const pictures = Array.from({ length: 4000 }, () => ({
    hard: luck() < hard,
    gained: luck() < gain,
    sure: luck(),
  }));
  const [tiny, base, large] = family(seed) as [SimulatedModel, SimulatedModel, SimulatedModel];
  const of = (picture: number) => pictures[picture % pictures.length] as (typeof pictures)[0];
  return [
    {
      ...tiny,
      opinion: (picture) => {
        const { hard: unsure, gained, sure } = of(picture);
        return { class_id: unsure && gained ? 1 : 0, confidence: unsure ? 0.3 + 0.3 * sure : 0.95 };
      },
    },
    { ...base, opinion: () => ({ class_id: 0, confidence: 0.95 }) },
    { ...large, opinion: () => ({ class_id: 0, confidence: 0.99 }) },
  ];
}

describe('escalation', () => {
  test('unsure answers go to the next model while the budget allows it', async () => {
    const world = simulate(cascade(1, 0.2, 1), { latencyBudget: 50, confidence: 0.7 });
    const answers = await requests(world, 1000, () => 100);
    assert.ok(answers.every(({ predictions }) => predictions[0]?.class_id === 0));
    const escalated = answers.filter(({ decision }) => decision.escalated_from !== undefined);
    assert.ok(escalated.length > 150 && escalated.length < 250);
    for (const { decision } of escalated) {
      assert.deepEqual(
        decision.escalated_from?.map(({ model }) => model),
        ['tiny'],
      );
      assert.equal(decision.model, 'base');
    }
    // Nothing is known of the base model's time at first.
    assert.ok(late(answers.slice(20), 50) <= shadows(world));
    const mean = answers.reduce((sum, { decision }) => sum + decision.elapsed_ms, 0) / answers.length;
    assert.ok(mean < 11, `${mean} ms a picture, base alone takes 20`);
  });

  test('not when there is no time for it', async () => {
    const world = simulate(cascade(1, 0.2, 1), { latencyBudget: 15, confidence: 0.7 });
    const answers = await requests(world, 400, () => 100);
    const unsure = answers.filter(({ decision }) => decision.reasons.some(({ code }) => code === 'unsure'));
    // Nothing is known of the base model's time at first.
    for (const { decision } of unsure.slice(3)) {
      assert.equal(decision.model, 'tiny');
      assert.equal(decision.reasons.at(-1)?.code, 'no_time_to_escalate');
    }
    assert.ok(late(answers.slice(20), 15) <= shadows(world));
  });

  test('escalations that change nothing are left out, and come back when they do', async () => {
    const useless = cascade(2, 0.3, 0);
    const useful = cascade(2, 0.3, 1);
    let changes = false;
    const mixed = useless.map((model, place) => ({
      ...model,
      opinion: (picture: number) =>
        (changes ? useful : useless)[place]?.opinion?.(picture) ?? { class_id: 0, confidence: 1 },
    }));
    const world = simulate(mixed, { latencyBudget: 50, confidence: 0.7, explore: 0.1 });
    const before = await requests(world, 3000, () => 100);
    const asked = (answers: Answer[]) =>
      answers.filter(({ decision }) => decision.escalated_from !== undefined).length;
    assert.ok(asked(before.slice(0, 400)) > 80);
    assert.equal(asked(before.slice(2000)), 0);
    assert.ok(before.at(-1) !== undefined);
    const left = before.slice(2000).flatMap(({ decision }) => decision.reasons.map(({ code }) => code));
    assert.ok(left.includes('escalation_useless'));
    changes = true;
    const after = await requests(world, 3000, () => 100);
    assert.ok(asked(after.slice(2500)) > 80, `${asked(after.slice(2500))} of 500`);
  });

  test('when the tiny model is nearly always unsure, requests start with the base model', async () => {
    const world = simulate(cascade(3, 0.95, 1), { latencyBudget: 200, confidence: 0.7 });
    await requests(world, 1500, () => 100);
    assert.equal(world.engine.stats().current, 'base');
    assert.ok(world.engine.stats().switches <= 3);
  });

  test('a larger model that hangs leaves the answer as it was', async () => {
    const [tiny, , large] = cascade(4, 0.5, 1) as [SimulatedModel, SimulatedModel, SimulatedModel];
    const broken = {
      name: 'base',
      service: (): number => {
        throw new Error('base is broken');
      },
    };
    const world = simulate([tiny, { ...broken, service: () => 1e6 }, large], {
      latencyBudget: 50,
      confidence: 0.7,
    });
    const answers = await requests(world, 30, () => 2e6);
    const failed = answers.filter(({ decision }) => decision.reasons.at(-1)?.code === 'escalation_failed');
    assert.ok(failed.length > 0);
    for (const { decision } of failed) {
      assert.equal(decision.model, 'tiny');
      assert.ok(decision.elapsed_ms <= 50.001, `${decision.elapsed_ms} ms`);
    }
  });
});

test('the trace of the documentation is what the engine does', async () => {
  const trace = await simulatedTrace();
  assert.ok(trace.late <= 8 && trace.switches <= 6, `${trace.late} late, ${trace.switches} switches`);
  const published = readFileSync(join(CHECKOUT, 'docs/adaptive_trace.svg'), 'utf8');
  assert.equal(traceChart(trace), published, 'npm run adaptive-simulation -- --write');
});

describe('signals', () => {
  test('a hot machine gets the smallest model, and its budget back when it has cooled down', async () => {
    let celsius = 60;
    const signal = { name: 'temperature', unit: 'celsius' as const, read: async () => ({ value: celsius }) };
    const world = simulate(family(5), { latencyBudget: 100, signals: [signal], signalInterval: 0 });
    const cool = await requests(world, 50, () => 100);
    assert.deepEqual([...models(cool)], ['large']);
    celsius = 95;
    const hot = await requests(world, 50, () => 100);
    assert.deepEqual([...models(hot.slice(2))], ['tiny']);
    assert.match(
      hot
        .at(-1)
        ?.decision.reasons.map(({ text }) => text)
        .join() ?? '',
      /temperature 95 C >= /,
    );
    assert.equal(hot.at(-1)?.decision.signals.temperature, 95);
    celsius = 85;
    const warm = await requests(world, 50, () => 100);
    assert.deepEqual([...models(warm.slice(2))], ['tiny'], '85 C is not cool enough');
    celsius = 60;
    const again = await requests(world, 50, () => 100);
    assert.deepEqual([...models(again.slice(2))], ['large']);
  });

  test('a policy of one’s own', async () => {
    const policy = () => ({ strain: 'spare' as const, reason: 'it is night' });
    const world = simulate(family(5), { latencyBudget: 100, policy });
    const answers = await requests(world, 200, () => 100);
    // Half of the budget: 50 ms.
    assert.deepEqual([...models(answers.slice(20))], ['base']);
    assert.ok(answers.at(-1)?.decision.reasons.some(({ text }) => text === 'it is night'));
  });
});

test('an abort takes a request back at once', async () => {
  const { clock, engine } = simulate(family(7), { latencyBudget: 1000 });
  const controller = new AbortController();
  const request = engine.classify(numbered(0), { signal: controller.signal });
  clock.after(3, () => controller.abort(new Error('not wanted')));
  await assert.rejects(clock.until(request), /not wanted/);
  assert.equal(clock.now(), 3);
});
