/** The WASI-NN plug-in in real WasmEdge: interpreter and AOT, both versions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityModel, type OnnxType, sumProductModel } from '../../host/conformance/onnx.js';
import { bytesOf } from '../support/raw_guest.js';
import { withScratch } from '../support/scratch.js';
import { compileGuest, data } from './nn_guest.js';
import { everywhere, inMode } from './wasmedge_modes.js';

const hex = (array: ArrayBufferView) => Buffer.from(bytesOf(array)).toString('hex');

/** Every type under every number that names it; 2x2 elements each. */
const TYPES: readonly [OnnxType, readonly number[], ArrayBufferView][] = [
  ['f32', [1], Float32Array.of(1.5, -2, Number.NaN, 3e38)],
  ['f16', [0], Uint16Array.of(0x3c00, 0x7bff, 0xfc00, 1)],
  ['f64', [2], Float64Array.of(Math.PI, -0, 1e300, 4)],
  ['u8', [3, 2], Uint8Array.of(0, 1, 254, 255)],
  ['i8', [3, 2], Int8Array.of(-128, -1, 0, 127)],
  ['bool', [3, 2], Uint8Array.of(0, 1, 1, 0)],
  ['i32', [4, 3], Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 7)],
  ['i64', [5], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, 7n)],
];

function typesGuest(): string {
  const parts = [
    `function roundTrip(name: string, model: usize, modelLength: u32, type: u32, input: usize, length: u32): void {
  memory.fill(BUFFER, 0, 256);
  if (nnLoad(builder(model, modelLength), 1, 1, 0, OUT) != 0) { say(name + "?load", 1); return; }
  initContext(load<u32>(OUT), OUT);
  const context = load<u32>(OUT);
  // The three bytes behind the type are noise, as in real guests.
  say(name + "?set", setInput(context, 0, tensor(0x00103000 | type, 2, 2, 2, input, length)));
  // The plug-in has its own copy by now.
  memory.fill(input, 0xee, length);
  say(name + "?compute", compute(context));
  say(name + "?get", getOutput(context, 0, BUFFER, 256, OUT));
  sayBytes(name, BUFFER, load<u32>(OUT));
}`,
  ];
  for (const [type, numbers, array] of TYPES) {
    const model = identityModel(type, [2, 2]);
    for (const number of numbers) {
      parts.push(
        `roundTrip("${type}-${number}", ${data(model)}, ${model.length}, ${number}, ${data(bytesOf(array))}, ${array.byteLength});`,
      );
    }
  }
  return parts.join('\n');
}

everywhere('every element type goes through unchanged', async (runtime, mode) => {
  await withScratch(async (folder) => {
    const { said, exitCode, stderr } = await inMode(
      runtime,
      mode,
      await compileGuest(folder, 'types', typesGuest()),
    );
    assert.equal(exitCode, 0, stderr);
    for (const [type, numbers, array] of TYPES) {
      for (const number of numbers) {
        const name = `${type}-${number}`;
        for (const call of ['set', 'compute', 'get']) assert.equal(said[`${name}?${call}`], '0', stderr);
        assert.equal(said[name], hex(array), name);
      }
    }
  });
});

const PAIR = sumProductModel('f32', ['n']);
const FLOATS = bytesOf(Float32Array.of(1, 2, 3, 10, 20, 30));

/** Everything after a graph and a context of {@link PAIR} are open; `expected` is name -> errno. */
const MISUSE: Readonly<Record<string, readonly [call: string, errno: number]>> = {
  'graph-number': ['initContext(99, OUT)', 1],
  'context-number-set': ['setInput(99, 0, good())', 1],
  'context-number-compute': ['compute(99)', 1],
  'context-number-get': ['getOutput(99, 0, BUFFER, 256, OUT)', 1],
  'context-number-final': ['finalizeContext(99)', 1],
  'graph-number-unload': ['unload(0xffffffff)', 1],
  'input-index': ['setInput(context, 2, good())', 1],
  'input-index-huge': ['setInput(context, 0xffffffff, good())', 1],
  'compute-without-inputs': ['compute(context)', 1],
  'output-before-compute': ['getOutput(context, 0, BUFFER, 256, OUT)', 1],
  'tensor-outside': ['setInput(context, 0, 0xfffffff0)', 1],
  'tensor-across-end': ['setInput(context, 0, end - 19)', 1],
  'dims-outside': ['setInput(context, 0, dimsAt(end - 3))', 1],
  'data-outside': ['setInput(context, 0, tensor(1, 3, 0, 1, end - 11, 12))', 1],
  'data-wraps': ['setInput(context, 0, tensor(1, 3, 0, 1, 0xfffffffc, 12))', 1],
  'data-length-huge': ['setInput(context, 0, tensor(1, 0x3fffffff, 0, 1, 16, 0xfffffffc))', 1],
  'rank-huge': ['setInput(context, 0, tensor(1, 3, 0, 0x40000001, DATA, 12))', 1],
  'rank-wrong': ['setInput(context, 0, tensor(1, 3, 1, 2, DATA, 12))', 1],
  'type-unknown': ['setInput(context, 0, tensor(6, 3, 0, 1, DATA, 12))', 1],
  'type-wrong': ['setInput(context, 0, tensor(4, 3, 0, 1, DATA, 12))', 1],
  'length-wrong': ['setInput(context, 0, tensor(1, 3, 0, 1, DATA, 11))', 1],
  'dims-overflow': ['setInput(context, 0, tensor(1, 0x10000, 0x10000, 2, DATA, 12))', 7],
  'load-out-outside': ['nnLoad(builder(MODEL, LENGTH), 1, 1, 0, end - 3)', 1],
  'load-builder-outside': ['nnLoad(end - 7, 1, 1, 0, OUT)', 1],
  'load-count-huge': ['nnLoad(builder(MODEL, LENGTH), 0xffffffff, 1, 0, OUT)', 1],
  'load-part-outside': ['nnLoad(builder(end - 4, 100), 1, 1, 0, OUT)', 1],
  'load-part-wraps': ['nnLoad(builder(0xfffffff0, 0x20), 1, 1, 0, OUT)', 1],
  'load-no-parts': ['nnLoad(0, 0, 1, 0, OUT)', 1],
  'load-empty': ['nnLoad(builder(MODEL, 0), 1, 1, 0, OUT)', 5],
  'load-garbage': ['nnLoad(builder(DATA, 16), 1, 1, 0, OUT)', 5],
  'load-truncated': ['nnLoad(builder(MODEL, LENGTH - 9), 1, 1, 0, OUT)', 5],
  'load-target': ['nnLoad(builder(MODEL, LENGTH), 1, 1, 3, OUT)', 1],
  'load-openvino': ['nnLoad(builder(MODEL, LENGTH), 1, 0, 0, OUT)', 1],
  'load-tflite': ['nnLoad(builder(MODEL, LENGTH), 1, 4, 0, OUT)', 1],
  'load-unknown-encoding': ['nnLoad(builder(MODEL, LENGTH), 1, 8, 0, OUT)', 2],
  'load-huge-encoding': ['nnLoad(builder(MODEL, LENGTH), 1, 0xffffffff, 0, OUT)', 2],
  'load-autodetect': ['nnLoad(builder(MODEL, LENGTH), 1, 6, 0, OUT)', 0],
  'load-autodetect-garbage': ['nnLoad(builder(DATA, 16), 1, 6, 0, OUT)', 1],
  'name-unknown': ['loadByName(DATA, 4, OUT)', 8],
  'name-empty': ['loadByName(DATA, 0, OUT)', 8],
  'name-outside': ['loadByName(end - 1, 2, OUT)', 1],
  'name-huge': ['loadByName(0, 0x10000, OUT)', 1],
  'name-out-outside': ['loadByName(DATA, 4, end)', 1],
  'config-outside': ['loadByNameWithConfig(DATA, 4, end, 1, OUT)', 1],
  'config-name-unknown': ['loadByNameWithConfig(DATA, 4, DATA, 2, OUT)', 8],
  'context-out-outside': ['initContext(graph, 0xffffffff)', 1],
  'single-compute': ['computeSingle(context)', 6],
  'single-get': ['getOutputSingle(context, 0, BUFFER, 256, OUT)', 6],
  'single-fini': ['finiSingle(context)', 6],
  // Still in order after all of this.
  'set-0': ['setInput(context, 0, tensor(1, 3, 0, 1, DATA, 12))', 0],
  'compute-half': ['compute(context)', 1],
  'set-1': ['setInput(context, 1, tensor(1, 3, 0, 1, DATA + 12, 12))', 0],
  'compute-all': ['compute(context)', 0],
  'output-index': ['getOutput(context, 2, BUFFER, 256, OUT)', 1],
  'output-outside': ['getOutput(context, 0, end - 11, 12, OUT)', 1],
  'output-room-outside': ['getOutput(context, 0, BUFFER, 0xffffffff, OUT)', 1],
  'output-written-outside': ['getOutput(context, 0, BUFFER, 256, end - 3)', 1],
  'output-small': ['getOutput(context, 0, BUFFER, 11, OUT)', 7],
  'output-none': ['getOutput(context, 0, 0, 0, OUT)', 7],
  // The dimension is free: another size, but not the same for both inputs.
  'set-shorter': ['setInput(context, 0, tensor(1, 2, 0, 1, DATA, 8))', 0],
  'compute-unequal': ['compute(context)', 5],
  'output-after-failure': ['getOutput(context, 0, BUFFER, 256, OUT)', 1],
  'set-shorter-too': ['setInput(context, 1, tensor(1, 2, 0, 1, DATA + 12, 8))', 0],
  'compute-shorter': ['compute(context)', 0],
  unload: ['unload(graph)', 0],
  'unload-again': ['unload(graph)', 1],
  'compute-after-unload': ['compute(context)', 0],
  finalize: ['finalizeContext(context)', 0],
  'compute-after-finalize': ['compute(context)', 1],
};

function misuseGuest(): string {
  const lines = Object.entries(MISUSE).flatMap(([name, [call]]) => {
    const line = `say("${name}", ${call});`;
    if (name === 'compute-all') return [line, 'both("sum", 0); both("product", 1);'];
    if (name === 'compute-shorter') return [line, 'both("shorter", 0);'];
    if (name.startsWith('output-small') || name.startsWith('output-none')) {
      return ['memory.fill(BUFFER, 0, 256);', line, `say("${name}?needed", load<u32>(OUT));`];
    }
    return [line];
  });
  return `const MODEL: usize = ${data(PAIR)};
const LENGTH: u32 = ${PAIR.length};
const DATA: usize = ${data(FLOATS)};
const end: usize = <usize>memory.size() << 16;
function good(): usize { return tensor(1, 3, 0, 1, DATA, 12); }
function dimsAt(at: usize): usize { good(); store<u32>(TENSOR, <u32>at); return TENSOR; }
function both(name: string, index: u32): void {
  say(name + "?get", getOutput(context, index, BUFFER, 256, OUT));
  sayBytes(name, BUFFER, load<u32>(OUT));
}
say("load", nnLoad(builder(MODEL, LENGTH), 1, 1, 0, OUT));
const graph = load<u32>(OUT);
say("graph", graph);
say("init", initContext(graph, OUT));
const context = load<u32>(OUT);
say("context", context);
${lines.join('\n')}
say("end", 1);
`;
}

everywhere(
  'wrong numbers, addresses and sizes are errors by the table, never a crash',
  async (runtime, mode) => {
    await withScratch(async (folder) => {
      const guest = await compileGuest(folder, 'misuse', misuseGuest());
      const { said, exitCode, stderr } = await inMode(runtime, mode, guest);
      assert.equal(exitCode, 0, stderr);
      for (const [name, [call, errno]] of Object.entries(MISUSE)) {
        assert.equal(said[name], String(errno), `${name}: ${call}`);
      }
      assert.deepEqual([said.graph, said.context], ['0', '0'], 'numbers begin at 0');
      assert.equal(said['output-small?needed'], '12');
      assert.equal(said['output-none?needed'], '12');
      assert.equal(said.sum, hex(Float32Array.of(11, 22, 33)));
      assert.equal(said.product, hex(Float32Array.of(10, 40, 90)));
      assert.equal(said.shorter, hex(Float32Array.of(11, 22)));
      assert.equal(said.end, '1');
      assert.match(stderr, /set_input: input 'a' wants f32, the guest gave i32/);
      assert.match(stderr, /load: graph encoding 4 is not ONNX/);
    });
  },
);

test('guests are compiled by the AssemblyScript of this checkout', async () => {
  await withScratch(async (folder) => {
    await assert.rejects(() => compileGuest(folder, 'bad', 'nonsense('), /does not compile/);
  });
});
