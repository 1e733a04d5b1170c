/** The reactor calls of edge_infer.wasm and the calls of edge_kernels.wasm, as docs/abi.md describes them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Wasm } from '../../host/wasm.js';
import { type Guest, openGuest, ppm, rawPixels, writeModel } from '../support/guest_stub.js';
import { withScratch } from '../support/scratch.js';

type Calls = Pick<Guest, 'memory' | 'exports'>;

function put(guest: Calls, bytes: Uint8Array): number {
  const at = guest.exports.edge_alloc?.(bytes.length) ?? 0;
  new Uint8Array(guest.memory.buffer).set(bytes, at);
  return at;
}

const u32 = (guest: Calls, at: number) =>
  new DataView(guest.memory.buffer as ArrayBuffer).getUint32(at, true);
const f32 = (guest: Calls, at: number) =>
  new DataView(guest.memory.buffer as ArrayBuffer).getFloat32(at, true);
const bytesAt = (guest: Calls, at: number, length: number) =>
  Buffer.from(guest.memory.buffer as ArrayBuffer, at, length);
const textAt = (guest: Calls, at: number) => bytesAt(guest, u32(guest, at), u32(guest, at + 4)).toString();

function infer(guest: Calls, request: unknown) {
  const json = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  const result = guest.exports.edge_infer?.(put(guest, json), json.length) ?? 0;
  return JSON.parse(textAt(guest, result));
}

async function reactor(body: (guest: Guest, folder: string) => void | Promise<void>) {
  await withScratch(async (folder) => {
    writeModel(folder);
    await body(await openReactor(folder), folder);
  });
}

/** node:wasi wants an instance to initialise; the module needs none. */
async function openReactor(folder: string) {
  return openGuest(folder, [], {}, {}, true);
}

describe('edge_infer: JSON', () => {
  test('base64 of a file, raw base64, numbers: the same pixels, the same hash', async () => {
    await reactor((guest) => {
      const pixels = rawPixels();
      const file = Buffer.concat([Buffer.from('P6\n4 4\n255\n'), pixels]);
      const common = { model_id: './model', top: 2 };
      const answers = [
        infer(guest, { ...common, image_data: file.toString('base64') }),
        infer(guest, { ...common, image_data: Buffer.from(pixels).toString('base64'), width: 4, height: 4 }),
        infer(guest, { ...common, image_data: [...pixels], width: 4, height: 4 }),
        infer(guest, { image_data: [...file], confidence_threshold: 0.3 }),
        infer(guest, {
          ...common,
          image_data: `data:image/x-portable-pixmap;base64,${file.toString('base64')}`,
        }),
      ];
      for (const answer of answers) {
        assert.equal(answer.error, undefined);
        assert.equal(answer.input_sha256, guest.inputHash());
        assert.deepEqual(
          answer.predictions.map((p: { label: string }) => p.label),
          ['dog', 'fish'],
        );
      }
    });
  });

  test('bad requests are answered, never a trap', async () => {
    await reactor((guest) => {
      const bad: [unknown, string][] = [
        ['{"image_data":', 'USAGE_REQUEST'],
        ['[]', 'USAGE_REQUEST'],
        [{}, 'USAGE_NO_MODEL'],
        [{ model_id: 5 }, 'USAGE_REQUEST'],
        [{ model_id: 'nothing' }, 'MODEL_NOT_FOUND'],
        [{ model_id: './model' }, 'USAGE_REQUEST'],
        [{ model_id: './model', image_data: '****' }, 'USAGE_IMAGE_DATA'],
        [{ model_id: './model', image_data: [300] }, 'USAGE_IMAGE_DATA'],
        [{ model_id: './model', image_data: 5 }, 'USAGE_IMAGE_DATA'],
        [{ model_id: './model', image_data: 'AAAA' }, 'INPUT_INVALID'],
        [{ model_id: './model', image_data: 'AAAA', width: -1 }, 'USAGE_REQUEST'],
        [{ model_id: './model', image_data: '' }, 'INPUT_INVALID'],
      ];
      for (const [request, code] of bad)
        assert.equal(infer(guest, request).error?.code, code, JSON.stringify(request));
      const outside = guest.exports.edge_infer?.(0x7ffffff0, 0x7fffffff) ?? 0;
      assert.equal(JSON.parse(textAt(guest, outside)).error.code, 'USAGE_ADDRESS');
    });
  });

  test('models can be changed; memory does not grow', async () => {
    await reactor((guest, folder) => {
      const other = readFileSync(join(folder, 'model', 'model.json'), 'utf8').replace('"tiny"', '"other"');
      writeFileSync(join(folder, 'model', 'other.json'), other);
      const request = { image_data: [...ppm(9, 7)], model_id: './model' };
      let pages = 0;
      for (let i = 0; i < 300; i++) {
        guest.exports.edge_reset?.();
        const answer = infer(guest, { ...request, model_id: i % 2 === 0 ? './model' : 'model' });
        assert.equal(answer.model, 'tiny');
        if (i === 10) pages = guest.memory.buffer.byteLength;
      }
      assert.equal(guest.memory.buffer.byteLength, pages);
    });
  });
});

function request(guest: Calls, image: Uint8Array, size: [number, number, number], model: string) {
  const path = Buffer.from(model);
  const fields = [put(guest, image), image.length, ...size, put(guest, path), path.length, 3];
  const struct = Buffer.alloc(36);
  for (const [index, value] of fields.entries()) struct.writeUInt32LE(value, index * 4);
  return put(guest, struct);
}

describe('typed calls', () => {
  test('edge_classify and edge_preprocess; one buffer for a thousand calls', async () => {
    await reactor((guest) => {
      const at = request(guest, rawPixels(), [4, 4, 3], './model');
      let pages = 0;
      for (let i = 0; i < 1000; i++) {
        const result = guest.exports.edge_classify?.(at) ?? 0;
        assert.equal(u32(guest, result), 0);
        if (i === 10) pages = guest.memory.buffer.byteLength;
        if (i !== 999) continue;
        const rows = u32(guest, result + 28);
        assert.equal(u32(guest, result + 32), 3);
        assert.equal(u32(guest, rows), 1);
        assert.ok(f32(guest, rows + 4) > 0.4);
        assert.equal(textAt(guest, rows + 8), 'dog');
        assert.equal(bytesAt(guest, u32(guest, result + 36), 32).toString('hex'), guest.inputHash());
        assert.equal(textAt(guest, result + 60), 'onnx');
        assert.equal(textAt(guest, result + 68), 'fp32');
        assert.equal(textAt(guest, result + 76), '2.0.1');
      }
      assert.equal(guest.memory.buffer.byteLength, pages);
      const tensor = guest.exports.edge_preprocess?.(at) ?? 0;
      assert.equal(u32(guest, tensor), 0);
      const data = bytesAt(guest, u32(guest, tensor + 28), u32(guest, tensor + 32));
      assert.equal(createHash('sha256').update(data).digest('hex'), guest.inputHash());
      assert.deepEqual(
        [40, 44, 48, 52, 56, 60].map((offset) => u32(guest, tensor + offset)),
        [0, 4, 1, 3, 4, 4],
      );
    });
  });

  test('the host may hash the tensor itself, and may give a tensor for a picture', async () => {
    await reactor((guest) => {
      const unhashed = 1 << 24;
      const ask = (call: string, image: Uint8Array, size: [number, number, number]) => {
        const address = guest.exports[call]?.(request(guest, image, size, './model')) ?? 0;
        return { address, at: (offset: number) => u32(guest, address + offset) };
      };
      const tensorOf = ({ at }: ReturnType<typeof ask>, from: number) =>
        Buffer.from(bytesAt(guest, at(from), at(from + 4)));
      const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
      const encoded = ppm(9, 7);
      for (const [image, size] of [
        [rawPixels(), [4, 4, 3]],
        [encoded, [0, 0, 0]],
      ] as [Uint8Array, [number, number, number]][]) {
        const hashed = ask('edge_classify', image, size);
        const digest = bytesAt(guest, hashed.at(36), 32).toString('hex');
        assert.equal(digest, sha256(tensorOf(hashed, 84)));
        const rows = Buffer.from(bytesAt(guest, hashed.at(28), 3 * 16)).toString('hex');

        const left: [number, number, number] = [size[0], size[1], size[2] | unhashed];
        const classified = ask('edge_classify', image, left);
        assert.equal(classified.at(0), 0);
        assert.equal(classified.at(36), 0);
        assert.equal(sha256(tensorOf(classified, 84)), digest);
        const prepared = ask('edge_preprocess', image, left);
        assert.equal(prepared.at(36), 0);
        const tensor = tensorOf(prepared, 28);
        assert.equal(sha256(tensor), digest);

        const given = ask('edge_classify', tensor, [0, 0, 255]);
        assert.equal(given.at(0), 0);
        assert.equal(bytesAt(guest, given.at(36), 32).toString('hex'), digest);
        assert.equal(Buffer.from(bytesAt(guest, given.at(28), 3 * 16)).toString('hex'), rows);
        const short = ask('edge_classify', tensor.subarray(4), [0, 0, 255 | unhashed]);
        assert.equal(short.at(0), 3);
        assert.equal(textAt(guest, short.address + 4), 'INPUT_TENSOR_SIZE');
        assert.match(textAt(guest, short.address + 12), /takes one of 192 bytes$/);
      }
      // A flag of one call is not one of the next.
      const after = ask('edge_classify', rawPixels(), [4, 4, 3]);
      assert.notEqual(after.at(36), 0);
      const json = infer(guest, { image_data: [...encoded] });
      assert.equal(json.input_sha256, guest.inputHash());
    });
  });

  test('edge_embed: a vector of length 1; each call wants its own task', async () => {
    await withScratch(async (folder) => {
      writeModel(folder, (card) => {
        card.task = 'embed';
        card.output = { name: 'vector', dtype: 'f32', kind: 'embedding' };
      });
      const embed = async (logits: number[]) => {
        const guest = await openGuest(folder, [], { logits }, {}, true);
        const at = request(guest, rawPixels(), [4, 4, 3], './model');
        const classified = guest.exports.edge_classify?.(at) ?? 0;
        assert.equal(textAt(guest, classified + 4), 'MODEL_TASK');
        const address = guest.exports.edge_embed?.(at) ?? 0;
        return { guest, address };
      };
      const { guest, address } = await embed([3, 0, -4, 0]);
      assert.equal(u32(guest, address), 0);
      assert.equal(u32(guest, address + 32), 4);
      const vector = [0, 4, 8, 12].map((offset) => f32(guest, u32(guest, address + 28) + offset));
      assert.deepEqual(vector, [0.6, 0, -0.8, 0].map(Math.fround));
      assert.equal(bytesAt(guest, u32(guest, address + 36), 32).toString('hex'), guest.inputHash());
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const wrong = await embed([1, bad]);
        assert.equal(textAt(wrong.guest, wrong.address + 4), 'MODEL_OUTPUT_NAN');
      }
    });
    await reactor((guest) => {
      const wrong = guest.exports.edge_embed?.(request(guest, rawPixels(), [4, 4, 3], './model')) ?? 0;
      assert.equal(u32(guest, wrong), 4);
      assert.equal(textAt(guest, wrong + 4), 'MODEL_TASK');
    });
  });

  test('errors come in the result', async () => {
    await reactor((guest) => {
      const wrong = guest.exports.edge_classify?.(request(guest, rawPixels(), [5, 4, 3], './model')) ?? 0;
      assert.equal(u32(guest, wrong), 3);
      assert.equal(textAt(guest, wrong + 4), 'INPUT_RAW_SIZE');
      assert.match(textAt(guest, wrong + 12), /^cannot use the picture: /);
      const outside = guest.exports.edge_classify?.(0xfffffff0) ?? 0;
      assert.equal(textAt(guest, outside + 4), 'USAGE_ADDRESS');
    });
  });
});

test('edge_kernels.wasm: card, tensor, predictions, without any import', async () => {
  await withScratch(async (folder) => {
    writeModel(folder);
    const module = new Wasm.Module(readFileSync(new URL('../../wasm/edge_kernels.wasm', import.meta.url)));
    const instance = new Wasm.Instance(module);
    const guest = instance as unknown as { exports: Guest['exports'] } & Calls;
    const calls: Calls = { exports: guest.exports, memory: instance.exports.memory as Guest['memory'] };
    const call = (name: string, ...values: number[]) => guest.exports[name]?.(...values) ?? 0;
    assert.equal(textAt(calls, call('edge_preprocess', 16, 16, 0, 0, 0) + 4), 'USAGE_NO_MODEL');
    const card = readFileSync(join(folder, 'model', 'model.json'));
    const labels = readFileSync(join(folder, 'model', 'labels.txt'));
    const opened = call('edge_open_card', put(calls, card), card.length, put(calls, labels), labels.length);
    assert.equal(u32(calls, opened), 0);
    assert.deepEqual(
      [28, 32, 36, 40, 44, 48].map((offset) => u32(calls, opened + offset)),
      [0, 4, 1, 3, 4, 4],
    );
    call('edge_reset');
    const tensor = call('edge_preprocess', put(calls, rawPixels()), 48, 4, 4, 3);
    assert.equal(u32(calls, tensor), 0);
    assert.equal(u32(calls, tensor + 32), 192);
    const picture = ppm(5, 3);
    const decoded = call('edge_decode', put(calls, picture), picture.length, 0);
    assert.deepEqual(
      [0, 32, 36, 40, 44, 48].map((offset) => u32(calls, decoded + offset)),
      [0, 45, 5, 3, 3, 1],
    );
    assert.deepEqual(bytesAt(calls, u32(calls, decoded + 28), 45), picture.subarray(-45));
    const cut = call('edge_decode', put(calls, picture.subarray(0, 30)), 30, 0);
    assert.equal(textAt(calls, cut + 4), 'INPUT_INVALID');
    assert.equal(textAt(calls, call('edge_decode', 0xfffffff0, 16, 0) + 4), 'USAGE_ADDRESS');
    const logits = new Uint8Array(Float32Array.of(0, 3, 1, 3).buffer);
    const ranked = call('edge_postprocess', put(calls, logits), 16, 2, 0);
    assert.equal(u32(calls, ranked + 32), 2);
    assert.equal(textAt(calls, u32(calls, ranked + 28) + 8), 'dog');
    const soft = call('edge_softmax', put(calls, logits), 4);
    assert.ok(Math.abs(f32(calls, u32(calls, soft + 28) + 4) - 0.4576) < 1e-3);
    const top = call('edge_top_k', put(calls, logits), 4, 1);
    assert.equal(u32(calls, u32(calls, top + 28)), 1);
    const scale = put(calls, new Uint8Array(Float32Array.of(0.5).buffer));
    const real = call('edge_dequantize', put(calls, Uint8Array.of(10, 250)), 2, 1, scale, 0, 1);
    assert.equal(f32(calls, u32(calls, real + 28)), 5);
    assert.equal(f32(calls, u32(calls, real + 28) + 4), -3);
    // Counts whose bytes go beyond 32 bits: 0x40000001 * 4 = 4.
    assert.equal(textAt(calls, call('edge_softmax', scale, 0x40000001) + 4), 'USAGE_ADDRESS');
    assert.equal(textAt(calls, call('edge_top_k', scale, 0x40000001, 1) + 4), 'USAGE_ADDRESS');
    assert.equal(
      textAt(calls, call('edge_dequantize', scale, 1, 0, scale, 0, 0x40000001) + 4),
      'USAGE_ADDRESS',
    );
    const misfit = call('edge_postprocess', put(calls, logits), 12, 2, 0);
    assert.equal(u32(calls, misfit), 4);
  });
});
