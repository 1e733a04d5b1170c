/** A worker with one instance of edge_kernels.wasm, whose memory is limited; docs/abi.md has its calls. */

let exports;

/** JavaScript has no option for it: the limit is written into the module, as the maximum of its memory. */
function limitMemory(module, pages) {
  let at = 8;
  const unsigned = () => {
    const byte = module[at++];
    return byte < 0x80 ? byte : (byte & 0x7f) + 0x80 * unsigned();
  };
  for (;;) {
    const start = at;
    const id = module[at++];
    const end = unsigned() + at;
    if (id === 5) {
      at += 2; // one memory, without a maximum so far
      const maximum = [(pages & 0x7f) | 0x80, ((pages >> 7) & 0x7f) | 0x80, pages >> 14];
      const section = [5, 6, 1, 1, unsigned(), ...maximum];
      return Uint8Array.from([...module.subarray(0, start), ...section, ...module.subarray(end)]);
    }
    at = end;
  }
}

const failure = (code, message) => Object.assign(new Error(message), { code });
const view = () => new DataView(exports.memory.buffer);
const bytesAt = (at, length) => new Uint8Array(exports.memory.buffer, at, length).slice();
const word = (at) => view().getUint32(at, true);
const span = (at) => bytesAt(word(at), word(at + 4));
const text = (at) => new TextDecoder().decode(span(at));

/** Copies data into the module: its address and length, as arguments of a call. */
function put(data) {
  const address = exports.edge_alloc(data.length) >>> 0;
  if (address === 0) throw failure('RUNTIME_MEMORY', `no memory for ${data.length} bytes: raise the limit`);
  new Uint8Array(exports.memory.buffer).set(data, address);
  return [address, data.length];
}

/** Calls an export that gives a result struct, and throws the error that it may hold. */
function result(name, ...args) {
  const at = exports[name](...args) >>> 0;
  if (word(at) !== 0) throw failure(text(at + 4), text(at + 12));
  return at;
}

const calls = {
  async open({ module, pages, card, labels }) {
    const { instance } = await WebAssembly.instantiate(limitMemory(module, pages));
    exports = instance.exports;
    result('edge_open_card', ...put(card), ...put(labels));
    exports.edge_reset();
  },
  preprocess({ picture }) {
    const at = result('edge_preprocess', ...put(picture), 0, 0, 0);
    const sha256 = Array.from(bytesAt(word(at + 36), 32), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    );
    return { tensor: span(at + 28), shape: [48, 52, 56, 60].map((offset) => word(at + offset)), sha256 };
  },
  postprocess({ output, top }) {
    const at = result('edge_postprocess', ...put(output), top, 0);
    return Array.from({ length: word(at + 32) }, (_, i) => {
      const row = word(at + 28) + 16 * i;
      return { class_id: word(row), label: text(row + 8), confidence: view().getFloat32(row + 4, true) };
    });
  },
};

self.onmessage = async ({ data: { name, ...given } }) => {
  try {
    self.postMessage({ value: await calls[name](given) });
  } catch ({ code = 'WORKER_TRAPPED', message }) {
    self.postMessage({ error: { code, message } });
  }
};
self.postMessage({ value: 'ready' });
