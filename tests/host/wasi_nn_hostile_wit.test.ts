/** Ten thousand calls of a component that means harm: every failure is an error resource, no success is a wrong one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel, sumProductModel } from '../../host/conformance/onnx.js';
import { createWasiNN, type WitImports } from '../../host/wasi-nn/index.js';
import type { WitGraph, WitGraphExecutionContext, WitTensor } from '../../host/wasi-nn/wit.js';
import { seeded } from '../support/seeded.js';

const CALLS = 10_000;
const CODES = [
  ...['invalid-argument', 'invalid-encoding', 'timeout', 'runtime-error', 'unsupported-operation'],
  ...['too-large', 'not-found', 'security', 'unknown'],
];
const TYPES = ['FP16', 'FP32', 'FP64', 'BF16', 'U8', 'I32', 'I64', 'fp32', 'nonsense'];
const ENCODINGS = ['openvino', 'onnx', 'onnx', 'onnx', 'pytorch', 'autodetect', 'nonsense'];
const NAMES = ['x', 'a', 'b', '0', '1', '', '-1', '1e9', '__proto__', 'constructor', 'x\0', 'ﬀ'];
const DIMS = [0, 1, 2, 3, 4, 0xffff_ffff, 0x8000_0000, 65_536];
const MODELS = [
  identityModel('f32', ['n']),
  sumProductModel('f32', [2]),
  Uint8Array.of(8, 8, 99),
  new Uint8Array(),
];

type Held = { readonly graph: WitGraph; readonly inputs: number };

/** What a call gave; undefined after a failure, which must be the ABI's own. */
function attempt<T>(call: () => T, codes: Map<string, number>): T | undefined {
  try {
    return call();
  } catch (thrown) {
    const { payload } = thrown as { payload?: { code(): string; data(): string } };
    assert.ok(payload !== undefined, `not an error resource: ${String(thrown)}`);
    assert.ok(CODES.includes(payload.code()), payload.code());
    assert.ok(payload.data().length > 0);
    codes.set(payload.code(), (codes.get(payload.code()) ?? 0) + 1);
    return undefined;
  }
}

const drop = (thing: object) => (thing as Disposable)[Symbol.dispose]();

class HostileComponent {
  readonly codes = new Map<string, number>();
  computed = 0;
  readonly #graphs: Held[] = [];
  readonly #contexts: { readonly context: WitGraphExecutionContext; readonly inputs: number }[] = [];
  readonly #dropped: WitGraphExecutionContext[] = [];

  constructor(
    readonly wit: WitImports,
    readonly random: (n: number) => number,
  ) {}

  step(): void {
    const what = this.random(10);
    if (what < 2) this.#load();
    else if (what < 4) this.#init();
    else if (what < 5) this.#drop();
    else this.#compute();
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.random(items.length)] as T;
  }

  #load(): void {
    const { load, loadByName } = this.wit['wasi:nn/graph'];
    const parts = Array.from({ length: this.random(8) === 0 ? this.random(3) : 1 }, () => this.#pick(MODELS));
    const graph =
      this.random(4) === 0
        ? attempt(() => loadByName(this.#pick(NAMES)), this.codes)
        : attempt(() => load(parts, this.#pick(ENCODINGS), this.#pick(['cpu', 'gpu', 'tpu'])), this.codes);
    if (graph !== undefined) this.#graphs.push({ graph, inputs: parts[0] === MODELS[1] ? 2 : 1 });
  }

  #init(): void {
    if (this.#graphs.length === 0) return;
    const { graph, inputs } = this.#pick(this.#graphs);
    const context = attempt(() => graph.initExecutionContext(), this.codes);
    if (context !== undefined) this.#contexts.push({ context, inputs });
  }

  #drop(): void {
    if (this.random(2) === 0) {
      const [held] = this.#graphs.splice(this.random(this.#graphs.length), 1);
      if (held !== undefined) drop(held.graph);
      return;
    }
    const [held] = this.#contexts.splice(this.random(this.#contexts.length), 1);
    if (held === undefined) return;
    drop(held.context);
    // Twice is once.
    drop(held.context);
    this.#dropped.push(held.context);
  }

  #tensor(): { tensor: WitTensor; good: boolean; bytes: Uint8Array } {
    const good = this.random(4) > 0;
    const dims = good
      ? [2]
      : Array.from({ length: this.random(5) * this.random(12) }, () => this.#pick(DIMS));
    const type = good ? 'FP32' : this.#pick(TYPES);
    const bytes = new Uint8Array(good ? 8 : this.random(20)).map(() => this.random(120));
    return { tensor: new this.wit['wasi:nn/tensor'].Tensor(dims, type, bytes), good, bytes };
  }

  #compute(): void {
    const late = this.#dropped.at(-1);
    if (late !== undefined && this.random(50) === 0) {
      assert.equal(
        attempt(() => late.compute([]), this.codes),
        undefined,
        'a dropped context computed',
      );
      return;
    }
    if (this.#contexts.length === 0) return;
    const { context, inputs } = this.#pick(this.#contexts);
    const good = ['a', 'b'].map((name) => ({ ...this.#tensor(), name }));
    const given = good.slice(0, this.random(8) === 0 ? this.random(3) : inputs);
    const names = inputs === 1 ? ['x'] : ['a', 'b'];
    const list = given.map((item, i): [string, WitTensor] => [
      this.random(8) > 0 ? (names[i] ?? 'x') : this.#pick(NAMES),
      item.tensor,
    ]);
    const outputs = attempt(() => context.compute(list), this.codes);
    if (outputs === undefined) return;
    this.computed++;
    assert.equal(outputs.length, inputs);
    for (const [, tensor] of outputs) assert.equal(tensor.ty(), 'FP32');
    const [first] = outputs;
    if (inputs !== 1) return;
    const taken = given.find(
      ({ bytes }) => Buffer.compare(first?.[1].data() ?? new Uint8Array(), bytes) === 0,
    );
    assert.ok(taken, 'the answer is of an input that was not given');
  }
}

test('10,000 hostile calls of a component', () => {
  using nn = createWasiNN({
    graphs: { x: { encoding: 'onnx', parts: [identityModel('f32', ['n'])] } },
    limits: { graphs: 10, contexts: 20, tensorBytes: 64 },
  });
  const component = new HostileComponent(nn.wit, seeded(7));
  for (let i = 0; i < CALLS; i++) component.step();
  assert.ok(component.computed > 500, `${component.computed}`);
  for (const code of ['invalid-argument', 'invalid-encoding', 'runtime-error', 'too-large', 'not-found']) {
    assert.ok((component.codes.get(code) ?? 0) > 10, code);
  }
  nn.close();
  const { graphs, contexts, openBytes } = nn.stats();
  assert.deepEqual([graphs, contexts, openBytes], [0, 0, 0]);
});
