/**
 * A guest of the core ABI that calls all twelve functions with whatever may hurt, and knows of each call whether it may
 * succeed and which bytes of its memory it may change.
 */
import assert from 'node:assert/strict';
import { identityModel, sumProductModel } from '../../host/conformance/onnx.js';
import { createWasiNN, ERRNO, type InputMode, type WasiNN } from '../../host/wasi-nn/index.js';
import { Wasm, type WasmMemory } from '../../host/wasm.js';
import { seeded } from './seeded.js';

const PAGE = 65_536;
const NAME = 'named';

interface GraphKind {
  readonly model: Uint8Array;
  readonly inputs: number;
  /** Type numbers that name its element type. */
  readonly types: readonly number[];
  readonly elementBytes: number;
  /** Length of its one dimension; undefined: free. */
  readonly length: number | undefined;
}

const KINDS: readonly GraphKind[] = [
  { model: identityModel('f32', ['n']), inputs: 1, types: [1], elementBytes: 4, length: undefined },
  { model: identityModel('u8', ['n']), inputs: 1, types: [2, 3], elementBytes: 1, length: undefined },
  { model: sumProductModel('f32', [2]), inputs: 2, types: [1], elementBytes: 4, length: 2 },
];

interface OpenContext {
  readonly kind: GraphKind;
  readonly set: Map<number, number>;
  /** Bytes of each output of the last computation. */
  outputBytes: number | undefined;
}

type Range = readonly [at: number, length: number];

/** Pointers and lengths that catch sums that overflow, and signs. */
const EDGES = [0, 1, 3, 4, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff, PAGE, PAGE - 1, 2 * PAGE - 4];
/** How often each function is called. */
const WEIGHTS: Readonly<Record<string, number>> = {
  load: 2,
  load_by_name: 1,
  load_by_name_with_config: 1,
  init_execution_context: 4,
  set_input: 12,
  compute: 6,
  get_output: 6,
  get_output_single: 4,
  compute_single: 1,
  fini_single: 1,
  unload: 1,
  finalize_execution_context: 1,
};
const FUNCTIONS = Object.entries(WEIGHTS).flatMap(([name, weight]) => new Array<string>(weight).fill(name));

export class HostileGuest {
  readonly nn: WasiNN;
  memory: WasmMemory = new Wasm.Memory({ initial: 2, maximum: 8 });
  /** Successes by function. */
  readonly successes = new Map<string, number>();
  readonly failures = new Map<number, number>();
  readonly #random: (n: number) => number;
  readonly #graphs = new Map<number, GraphKind>();
  readonly #contexts = new Map<number, OpenContext>();
  readonly #builders: number[] = [];
  readonly #tensors: number[] = [];
  #nextGraph = 0;
  #nextContext = 0;
  #before = new Uint8Array(0);

  constructor(seed: number, inputs: InputMode) {
    this.#random = seeded(seed);
    const parts = [(KINDS[0] as GraphKind).model];
    this.nn = createWasiNN({
      inputs,
      graphs: { [NAME]: { encoding: 'onnx', parts } },
      limits: { graphs: 12, contexts: 24, tensorBytes: 4096, graphBytes: 8192 },
    });
    this.nn.bind(this.memory);
    this.#furnish();
  }

  /** One call, or now and then a change of the memory under the host's feet. */
  step(): void {
    const event = this.#random(200);
    if (event === 0 && this.memory.buffer.byteLength < 8 * PAGE) this.memory.grow(1);
    else if (event === 1) this.#rebind();
    const name = this.#pick(FUNCTIONS);
    const args = this.#arguments(name);
    const call = this.nn.witx.wasi_ephemeral_nn[name];
    assert.ok(call);
    this.#before = new Uint8Array(this.memory.buffer).slice();
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = args.map((arg) => arg | 0);
    const errno = call(a, b, c, d, e);
    const told = `${name}(${args.join(', ')}) gave ${errno} (${this.nn.lastError()})`;
    assert.ok(Number.isInteger(errno) && errno >= 0 && errno <= 8, told);
    if (errno === ERRNO.success) this.successes.set(name, (this.successes.get(name) ?? 0) + 1);
    else this.failures.set(errno, (this.failures.get(errno) ?? 0) + 1);
    const [p = 0, q = 0, r = 0, s = 0, t = 0] = args.map((arg) => arg >>> 0);
    const written = errno === 0 ? this.#afterSuccess(name, [p, q, r, s, t], told) : [];
    if (errno === ERRNO.too_large && name.startsWith('get_output')) written.push([t, 4]);
    this.#nothingElseChanged(written, told);
  }

  /** Whether bytes lie anywhere in the guest's memory. */
  holds(bytes: Uint8Array): boolean {
    return Buffer.from(this.memory.buffer).includes(Buffer.from(bytes));
  }

  /** Checks that the call was allowed to succeed, follows what it did, and gives what it may have written. */
  #afterSuccess(
    name: string,
    [a, b, c, d, e]: readonly [number, number, number, number, number],
    told: string,
  ): Range[] {
    switch (name) {
      case 'load': {
        assert.ok([1, 5, 6].includes(c) && d <= 2 && b === 1 && this.#inside(e, 4), told);
        const [at, length] = [this.#u32(a), this.#u32(a + 4)];
        assert.ok(this.#inside(at, length), told);
        const bytes = this.#before.subarray(at, at + length);
        const kind = KINDS.find(({ model }) => Buffer.compare(model, bytes) === 0);
        assert.ok(kind, `${told}: ${length} bytes that are none of the models`);
        this.#graphs.set(this.#fresh(e, this.#nextGraph++, told), kind);
        return [[e, 4]];
      }
      case 'load_by_name':
      case 'load_by_name_with_config': {
        const out = name === 'load_by_name' ? c : e;
        assert.ok(
          this.#inside(a, b) && Buffer.from(this.#before.subarray(a, a + b)).toString() === NAME,
          told,
        );
        if (name !== 'load_by_name') assert.ok(this.#inside(c, d), told);
        this.#graphs.set(this.#fresh(out, this.#nextGraph++, told), KINDS[0] as GraphKind);
        return [[out, 4]];
      }
      case 'init_execution_context': {
        const kind = this.#graphs.get(a) ?? assert.fail(told);
        const context = { kind, set: new Map(), outputBytes: undefined };
        this.#contexts.set(this.#fresh(b, this.#nextContext++, told), context);
        return [[b, 4]];
      }
      case 'set_input': {
        const context = this.#contexts.get(a) ?? assert.fail(told);
        this.#checkTensor(context, b, c, told);
        return [];
      }
      case 'compute': {
        const context = this.#contexts.get(a) ?? assert.fail(told);
        assert.equal(context.set.size, context.kind.inputs, told);
        context.outputBytes = context.set.get(0);
        return [];
      }
      case 'get_output':
      case 'get_output_single': {
        const { outputBytes, kind } = this.#contexts.get(a) ?? assert.fail(told);
        assert.ok(
          outputBytes !== undefined && b < kind.inputs && d >= outputBytes && this.#inside(c, d),
          told,
        );
        return [
          [c, outputBytes],
          [e, 4],
        ];
      }
      case 'fini_single':
        assert.ok(this.#contexts.has(a), told);
        return [];
      case 'unload':
        assert.ok(this.#graphs.delete(a), told);
        return [];
      case 'finalize_execution_context':
        assert.ok(this.#contexts.delete(a), told);
        return [];
      default:
        assert.fail(`${told}: an ONNX graph does not stream`);
    }
  }

  #checkTensor({ kind, set }: OpenContext, index: number, at: number, told: string): void {
    assert.ok(index < kind.inputs && this.#inside(at, 20), told);
    const [dims, rank, data, length] = [0, 4, 12, 16].map((offset) => this.#u32(at + offset)) as [
      number,
      number,
      number,
      number,
    ];
    assert.ok(rank === 1 && this.#inside(dims, 4) && this.#inside(data, length), told);
    assert.ok(kind.types.includes(this.#before[at + 8] ?? 99), told);
    assert.equal(this.#u32(dims) * kind.elementBytes, length, told);
    if (kind.length !== undefined) assert.equal(this.#u32(dims), kind.length, told);
    set.set(index, length);
  }

  #fresh(at: number, expected: number, told: string): number {
    assert.ok(this.#inside(at, 4), told);
    const handle = new DataView(this.memory.buffer).getUint32(at, true);
    assert.equal(handle, expected, `${told}: a number that was given before`);
    return handle;
  }

  #nothingElseChanged(allowed: readonly Range[], told: string): void {
    const now = new Uint8Array(this.memory.buffer);
    assert.equal(now.length, this.#before.length, told);
    for (const [at, length] of allowed) this.#before.set(now.subarray(at, at + length), at);
    assert.ok(Buffer.compare(now, this.#before) === 0, `${told}: bytes changed that it was not given`);
  }

  #arguments(name: string): number[] {
    const builder = () => this.#pointer(this.#builders);
    const handle = (open: ReadonlyMap<number, unknown>) => this.#handle(open);
    switch (name) {
      case 'load':
        return [
          builder(),
          this.#mostly(1),
          this.#mostly(1 + 4 * this.#random(2)),
          this.#mostly(0),
          this.#out(),
        ];
      case 'load_by_name':
        return [this.#mostly(16), this.#mostly(NAME.length), this.#out()];
      case 'load_by_name_with_config':
        return [this.#mostly(16), this.#mostly(NAME.length), this.#mostly(32), this.#mostly(2), this.#out()];
      case 'init_execution_context':
        return [handle(this.#graphs), this.#out()];
      case 'set_input':
        return [handle(this.#contexts), this.#mostly(this.#random(2)), this.#pointer(this.#tensors)];
      case 'get_output':
      case 'get_output_single':
        return [
          ...[handle(this.#contexts), this.#mostly(this.#random(2)), this.#out()],
          ...[this.#mostly(this.#random(80)), this.#out()],
        ];
      case 'unload':
        return [handle(this.#graphs)];
      default:
        return [handle(this.#contexts)];
    }
  }

  #handle(open: ReadonlyMap<number, unknown>): number {
    if (open.size > 0 && this.#random(4) > 0) return this.#pick([...open.keys()]);
    return this.#random(2) === 0 ? this.#random(this.#nextContext + 3) : this.#wild();
  }

  /** A place of the second page for what the host writes. */
  #out(): number {
    return this.#mostly(PAGE + 4 * this.#random(1000));
  }

  #pointer(known: readonly number[]): number {
    return this.#mostly(this.#pick(known));
  }

  #mostly(value: number): number {
    return this.#random(8) > 0 ? value : this.#wild();
  }

  #wild(): number {
    return this.#random(2) === 0 ? this.#pick(EDGES) : this.#random(2 ** 32);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random(items.length)] as T;
  }

  #inside(at: number, length: number): boolean {
    return at + length <= this.#before.length;
  }

  #u32(at: number): number {
    return Buffer.from(this.#before.buffer).readUInt32LE(at);
  }

  /** Another memory, with the same first two pages. */
  #rebind(): void {
    const old = new Uint8Array(this.memory.buffer);
    this.memory = new Wasm.Memory({ initial: 2 + this.#random(3), maximum: 8 });
    new Uint8Array(this.memory.buffer).set(old.subarray(0, 2 * PAGE));
    this.nn.bind(this.memory);
  }

  /** Models, their builders and tensors of every sort, good and bad, into the first page. */
  #furnish(): void {
    const memory = Buffer.from(this.memory.buffer);
    memory.write(NAME, 16);
    memory.write('{}', 32);
    let at = 64;
    const place = (bytes: number) => {
      const here = at;
      at = (at + bytes + 7) & ~7;
      return here;
    };
    const addBuilder = (part: number, length: number) => {
      const here = place(8);
      memory.writeUInt32LE(part, here);
      memory.writeUInt32LE(length, here + 4);
      this.#builders.push(here);
    };
    for (const { model } of KINDS) {
      const part = place(model.length);
      memory.set(model, part);
      addBuilder(part, model.length);
      // Cut, and changed in one byte.
      addBuilder(part, model.length - 1 - this.#random(model.length - 1));
      const copy = place(model.length);
      memory.set(model, copy);
      memory[copy + this.#random(model.length)] = this.#random(256);
      if (Buffer.compare(memory.subarray(copy, copy + model.length), model) !== 0)
        addBuilder(copy, model.length);
    }
    addBuilder(0xffff_fff0, 0x20);
    addBuilder(16, 0xffff_ffff);
    const lengths = [0, 1, 2, 3, 4, 8, 16, 0x4000_0001, 0x8000_0000, 0xffff_ffff];
    for (let i = 0; i < 200; i++) {
      const [dims, tensor] = [place(8), place(20)];
      const good = i % 2 === 0;
      const type = good ? 1 + this.#random(3) : this.#random(256);
      const count = good ? 2 : this.#pick(lengths);
      memory.writeUInt32LE(count, dims);
      memory.writeUInt32LE(this.#mostly(dims), tensor);
      memory.writeUInt32LE(this.#mostly(1), tensor + 4);
      memory.writeUInt32LE(((this.#random(2 ** 24) << 8) | type) >>> 0, tensor + 8);
      memory.writeUInt32LE(this.#mostly(4 * this.#random(1000) + this.#random(2)), tensor + 12);
      memory.writeUInt32LE(this.#mostly((count * (type === 1 ? 4 : 1)) >>> 0), tensor + 16);
      this.#tensors.push(tensor);
    }
    assert.ok(at < PAGE);
  }
}
