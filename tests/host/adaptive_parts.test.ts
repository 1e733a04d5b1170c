/** The parts of the adaptive engine by themselves: estimates, confidence, signals, policy, breaker, allowance, link, features. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isClassification } from '../../host/adaptive/answers.js';
import { Allowance } from '../../host/adaptive/cloud/allowance.js';
import { CircuitBreaker } from '../../host/adaptive/cloud/breaker.js';
import { packedBytes, packFeatures } from '../../host/adaptive/cloud/features.js';
import { LinkEstimate } from '../../host/adaptive/cloud/link_estimate.js';
import { cloudSettings } from '../../host/adaptive/cloud/options.js';
import { decodeAnswer, encodeQuestion, LENGTH_HEADER } from '../../host/adaptive/cloud/protocol.js';
import { confidenceOf } from '../../host/adaptive/confidence.js';
import { LatencyEstimate } from '../../host/adaptive/latency_estimate.js';
import { adaptiveSettings } from '../../host/adaptive/options.js';
import { SignalBoard } from '../../host/adaptive/signals/board.js';
import { defaultPolicy, machineSignals, type SignalSources, type Strain } from '../../host/index.js';
import { halfToNumber } from '../../host/parity/half.js';
import { random, SimulatedClock } from '../../scripts/adaptive/world.js';

describe('latency estimate', () => {
  test('quantiles are within 4 % of those of the last answers, whatever the distribution', () => {
    for (const seed of [1, 2, 3]) {
      const next = random(seed);
      const estimate = new LatencyEstimate();
      const all = Array.from({ length: 3000 }, () => Math.exp(6 * next() - 2));
      for (const ms of all) estimate.add(ms, 0);
      // Weighted by hand: half of the weight each 32 answers.
      const weighted = all
        .map((ms, i) => ({ ms, weight: 2 ** (-(all.length - 1 - i) / 32) }))
        .sort((a, b) => a.ms - b.ms);
      const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
      for (const share of [0.5, 0.95]) {
        let below = 0;
        const exact = weighted.find(({ weight }) => {
          below += weight;
          return below >= share * total;
        })?.ms as number;
        assert.ok(
          Math.abs(estimate.quantile(share) / exact - 1) < 0.081,
          `${share}: ${estimate.quantile(share)} ${exact}`,
        );
      }
    }
  });

  test('slowness is believed at once, speed after a while', () => {
    const estimate = new LatencyEstimate();
    for (let i = 0; i < 500; i++) estimate.add(10, i * 10);
    for (let i = 0; i < 3; i++) estimate.add(40, 5000 + i);
    assert.ok(estimate.quantile(0.95) > 35);
    for (let i = 0; i < 60; i++) estimate.add(10, 5010 + i);
    assert.ok(estimate.quantile(0.95) > 35 || estimate.quantile(0.5) < 11);
    for (let i = 0; i < 200; i++) estimate.add(10, 5100 + i);
    assert.ok(estimate.quantile(0.95) < 11);
  });

  test('time alone makes old answers lighter', () => {
    const estimate = new LatencyEstimate();
    for (let i = 0; i < 100; i++) estimate.add(200, i);
    for (let i = 0; i < 4; i++) estimate.add(20, 90_000 + i * 1000);
    assert.ok(estimate.quantile(0.95) < 22);
  });

  test('what is no duration is left out; a million answers do not overflow', () => {
    const estimate = new LatencyEstimate();
    for (const ms of [Number.NaN, -1, Number.POSITIVE_INFINITY]) estimate.add(ms, 0);
    assert.deepEqual(estimate.summary(), { count: 0, mean: 0, p50: 0, p95: 0 });
    for (let i = 0; i < 1_000_000; i++) estimate.add(5, i * 50);
    estimate.add(5, 1e15);
    assert.ok(Math.abs(estimate.mean - 5) < 1e-9 && Math.abs(estimate.quantile(0.5) / 5 - 1) < 0.04);
  });
});

describe('confidence', () => {
  const rows = (...values: number[]) =>
    values.map((confidence, class_id) => ({ class_id, label: '', confidence }));
  test('measures', () => {
    const even = rows(0.25, 0.25, 0.25, 0.25);
    assert.equal(confidenceOf(even, 'max', 1), 0.25);
    assert.equal(confidenceOf(even, 'margin', 1), 0);
    assert.ok(Math.abs(confidenceOf(even, 'entropy', 1)) < 1e-12);
    assert.ok(Math.abs(confidenceOf(rows(0.7, 0.2, 0.1), 'margin', 1) - 0.5) < 1e-12);
    assert.equal(confidenceOf(rows(1, 0, 0), 'entropy', 1), 1);
    assert.equal(confidenceOf([], 'max', 1), 0);
  });

  test('boxes are no classification: without a rule of its own their confidence is not known', () => {
    const box = [0, 0, 4, 4];
    assert.equal(isClassification({ predictions: rows(0.9) }), true);
    assert.equal(
      isClassification({ predictions: [{ class_id: 1, label: 'face', confidence: 0.9, box }] }),
      false,
    );
    assert.equal(isClassification({ vector: new Float32Array(1) }), false);
  });

  test('temperature is softmax(z / T)', () => {
    const logits = [2, 1, -1];
    const softmax = (t: number) => {
      const raised = logits.map((z) => Math.exp(z / t));
      return raised.map((value) => value / raised.reduce((a, b) => a + b));
    };
    for (const t of [0.5, 1.7, 4]) {
      assert.ok(Math.abs(confidenceOf(rows(...softmax(1)), 'max', t) - (softmax(t)[0] as number)) < 1e-12);
    }
  });
});

describe('signals', () => {
  const files: Record<string, string> = {
    '/proc/pressure/cpu':
      'some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
    '/sys/class/thermal/thermal_zone0/temp': '45000\n',
    '/sys/class/thermal/thermal_zone1/temp': '71500\n',
    '/sys/class/thermal/thermal_zone2/temp': 'garbage',
    '/sys/class/power_supply/BAT0/type': 'Battery\n',
    '/sys/class/power_supply/BAT0/capacity': '42\n',
    '/sys/class/power_supply/BAT0/status': 'Discharging\n',
    '/sys/class/power_supply/AC/type': 'Mains\n',
  };
  const missing = () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  const sources = (there: boolean): SignalSources => ({
    readText: (path) => (there && files[path] !== undefined ? Promise.resolve(files[path]) : missing()),
    list: (path) => {
      const names = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      const parts = [...new Set(names.map((file) => file.slice(path.length + 1).split('/')[0] as string))];
      return there ? Promise.resolve(parts) : missing();
    },
    load: () => (there ? 3 : undefined),
    processMicros: () => 0,
    wallMicros: () => 0,
    processors: 4,
  });

  test('values of a machine that has them', async () => {
    const board = new SignalBoard(machineSignals(sources(true)), 1000);
    await board.refresh();
    const values = board.values(0);
    assert.deepEqual(
      { ...values },
      { cpu_load: 0.75, cpu_pressure: 0.125, temperature: 71.5, battery: 0.42, on_battery: 1 },
    );
  });

  test('absent sensors are named, and nothing is guessed', async () => {
    const board = new SignalBoard(machineSignals(sources(false)), 1000);
    await board.refresh();
    assert.deepEqual(board.values(0), {});
    const stats = board.stats();
    assert.deepEqual(Object.keys(stats), [
      'cpu_load',
      'process_cpu',
      'cpu_pressure',
      'temperature',
      'battery',
      'on_battery',
    ]);
    for (const [name, reading] of Object.entries(stats)) {
      assert.ok('absent' in reading && reading.absent.length > 5, name);
    }
  });

  test('this machine’s own are numbers or reasons', async () => {
    const board = new SignalBoard(machineSignals(), 1000);
    await board.refresh();
    for (const reading of Object.values(board.stats())) {
      assert.ok('absent' in reading ? reading.absent !== '' : Number.isFinite(reading.value));
    }
  });

  test('the default policy has hysteresis, and absent signals say nothing', () => {
    const at = (temperature: number, previous: Strain) => defaultPolicy({ temperature }, previous).strain;
    assert.equal(defaultPolicy({}, 'least').strain, 'normal');
    assert.deepEqual(
      [at(79, 'normal'), at(81, 'normal'), at(79, 'spare'), at(71, 'spare')],
      ['normal', 'spare', 'spare', 'normal'],
    );
    assert.deepEqual([at(91, 'normal'), at(85, 'least'), at(80, 'least')], ['least', 'least', 'spare']);
    assert.equal(defaultPolicy({ battery: 0.1 }, 'normal').strain, 'normal', 'it is being charged');
    assert.equal(defaultPolicy({ battery: 0.1, on_battery: 1 }, 'normal').strain, 'least');
    assert.equal(defaultPolicy({ battery: 0.3, on_battery: 1 }, 'normal').strain, 'spare');
  });
});

describe('the way to a server', () => {
  test('a breaker rests twice as long each time, and nobody waits for its probe', async () => {
    const clock = new SimulatedClock();
    let there = false;
    let probes = 0;
    const breaker = new CircuitBreaker(clock, 100, async () => {
      probes++;
      if (!there) throw new Error('gone');
    });
    assert.equal(breaker.refusal(), undefined);
    breaker.fail('gone');
    const rests: number[] = [];
    for (let round = 0; round < 4; round++) {
      const since = clock.now();
      while (breaker.state === 'open') {
        assert.match(breaker.refusal() ?? '', /left alone|being looked/);
        if (breaker.state === 'open') await clock.until(clock.sleep(10));
      }
      rests.push(clock.now() - since);
      await breaker.probing;
    }
    assert.deepEqual(rests, [100, 200, 400, 800]);
    assert.equal(probes, 4);
    there = true;
    await clock.until(clock.sleep(1600));
    assert.match(breaker.refusal() ?? '', /being looked/);
    await breaker.probing;
    assert.equal(breaker.refusal(), undefined);
    breaker.fail('again');
    assert.match(
      breaker.refusal() ?? '',
      /3\.2 s more \(again\)/,
      'half open: one failure, and the rest is longer',
    );
    breaker.succeed();
    assert.equal(breaker.failures, 0);
  });

  test('an allowance is a sliding window', async () => {
    const clock = new SimulatedClock();
    const allowance = new Allowance(clock, { requests: 2, bytes: 100, per: 1000 });
    allowance.spend(60);
    assert.match(allowance.refusal(50) ?? '', /50 bytes are more/);
    assert.equal(allowance.refusal(40), undefined);
    allowance.spend(40);
    assert.match(allowance.refusal(0) ?? '', /2 requests in 1 s/);
    await clock.until(clock.sleep(1000));
    assert.equal(allowance.refusal(100), undefined);
  });

  test('the link estimate finds latency and bandwidth in noise, and never says that more bytes are faster', () => {
    const next = random(9);
    const link = new LinkEstimate(1e6);
    for (let i = 0; i < 200; i++) {
      const bytes = 1000 + next() * 500_000;
      link.add(bytes, 30 + bytes / 2000 + 4 * (next() - 0.5));
    }
    assert.ok(Math.abs(link.expected(0) - 30) < 3, `${link.expected(0)}`);
    assert.ok(Math.abs(link.bandwidth / 2e6 - 1) < 0.05, `${link.bandwidth}`);
    const odd = new LinkEstimate(1e6);
    for (let i = 0; i < 50; i++) odd.add(i % 2 === 0 ? 1000 : 100_000, i % 2 === 0 ? 100 : 10);
    assert.ok(odd.expected(1e6) >= odd.expected(0) && odd.expected(0) >= 0);
    const same = new LinkEstimate(1e6);
    for (let i = 0; i < 50; i++) same.add(50_000, 80);
    assert.ok(Math.abs(same.expected(50_000) - 80) < 2);
  });

  test('features: what is told to be lost is what is lost', () => {
    const next = random(3);
    for (const spread of [0.001, 1, 300]) {
      const values = Float32Array.from({ length: 999 }, () => (next() - 0.3) * spread);
      const half = packFeatures('f', values, [999], 'f16');
      const bits = half.tensors.f?.data as Uint16Array;
      const worst = Math.max(...values.map((value, i) => Math.abs(value - halfToNumber(bits[i] as number))));
      assert.equal(half.max_abs_error, worst);
      assert.ok(worst <= spread * 2 ** -11);
      const bytes = packFeatures('f', values, [999], 'u8');
      const scale = Number(bytes.tensors.f_scale?.data[0]);
      const zero = Number(bytes.tensors.f_zero?.data[0]);
      const data = bytes.tensors.f?.data as Uint8Array;
      assert.ok(bytes.max_abs_error <= scale * 1.001, `${bytes.max_abs_error} ${scale}`);
      assert.ok(
        values.every(
          (value, i) => Math.abs(value - ((data[i] as number) - zero) * scale) <= bytes.max_abs_error,
        ),
      );
    }
    assert.deepEqual([packedBytes(10, 'f32'), packedBytes(10, 'f16'), packedBytes(10, 'u8')], [40, 20, 15]);
    const constant = packFeatures('f', new Float32Array(4), [4], 'u8');
    assert.equal(constant.max_abs_error, 0);
    assert.throws(() => packFeatures('f', Float32Array.of(Number.NaN), [1], 'f16'), RangeError);
    const large = packFeatures('f', Float32Array.of(1e6, -1e6), [2], 'f16').tensors.f?.data as Uint16Array;
    assert.deepEqual([...large].map(halfToNumber), [65504, -65504]);
  });

  test('messages: both forms carry f32 to the bit, and hostile answers are refused', () => {
    const data = Float32Array.of(1.1, -0, 3e38, 1e-45);
    const tensors = { x: { dtype: 'f32' as const, shape: [2, 2], data } };
    for (const binary of [true, false]) {
      const { body, headers } = encodeQuestion({ tensors }, binary);
      const length = headers[LENGTH_HEADER];
      // A question with its inputs called outputs is an answer.
      const json = Buffer.from(
        body.subarray(0, length === undefined ? body.length : Number(length)),
      ).toString();
      const renamed = Buffer.from(json.replace('"inputs"', '"outputs"'));
      const answer = Buffer.concat([
        renamed,
        body.subarray(length === undefined ? body.length : Number(length)),
      ]);
      const { outputs } = decodeAnswer(answer, length === undefined ? null : String(renamed.length));
      const bytes = outputs.x?.data as Uint8Array;
      const got = new Float32Array(bytes.slice().buffer);
      assert.deepEqual(
        [...got].map((value) => value + 0),
        [...data].map((value) => value + 0),
      );
    }
    const text = (value: unknown) => Buffer.from(JSON.stringify(value));
    const row = { name: 'y', shape: [2], datatype: 'FP32', data: [1, 2] };
    for (const [body, length] of [
      [Buffer.from('{'), null],
      [text(null), null],
      [text({}), null],
      [text({ outputs: [null] }), null],
      [text({ outputs: [{ ...row, shape: [-1] }] }), null],
      [text({ outputs: [{ ...row, shape: [1e9, 1e9] }] }), null],
      [text({ outputs: [{ ...row, datatype: 'FP99' }] }), null],
      [text({ outputs: [{ ...row, data: ['a', 'b'] }] }), null],
      [text({ outputs: [{ ...row, data: undefined }] }), null],
      [text({ outputs: [{ ...row, data: [1, 2, 3] }] }), null],
      [text({ outputs: [{ ...row, datatype: 'INT64', data: [0.5, 1] }] }), null],
      [text({ outputs: [{ ...row, parameters: { binary_data_size: 8 } }] }), null],
      [text({ outputs: [{ ...row, parameters: { binary_data_size: -8 } }] }), null],
      [text({ outputs: [row] }), '99999'],
      [text({ outputs: [row] }), 'x'],
    ] as const) {
      assert.throws(() => decodeAnswer(body, length), { code: 'CLOUD_ANSWER', exitCode: 6 }, body.toString());
    }
    const nested = decodeAnswer(text({ outputs: [{ ...row, shape: [1, 2], data: [[1, 2]] }] }), null);
    assert.equal(nested.outputs.y?.data.byteLength, 8);
  });
});

test('wrong options are told at once', () => {
  const models = [{ name: 'a', model: 'a' }];
  const wrong = [
    { models: [] },
    { models: [...models, ...models] },
    { models: [{ name: 'cloud', model: 'a' }] },
    { models, latencyBudget: -1 },
    { models, confidence: 2 },
    { models, confidence: { threshold: 0.5, measure: 'mean' as 'max' } },
    { models, explore: 1 },
    { models, frames: { similar: { distance: 65 } } },
    { models, hysteresis: { headroom: 0 } },
    { models: [{ name: 'a', model: 'a', temperature: 0 }] },
  ];
  for (const options of wrong) assert.throws(() => adaptiveSettings(options), { code: 'USAGE_INVALID' });
  for (const url of ['', 'host', 'ftp://host', 'file:///etc']) {
    assert.throws(() => cloudSettings({ url, model: 'm' }), { code: 'USAGE_INVALID' });
  }
  assert.throws(() => cloudSettings({ url: 'http://host', model: '' }), { code: 'USAGE_INVALID' });
});
