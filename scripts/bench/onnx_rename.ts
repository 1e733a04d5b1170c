/**
 * An ONNX graph with another name for its input. @huggingface/transformers feeds images as `pixel_values`, whatever the
 * graph calls them; a protobuf message can be rewritten field by field without knowing the rest of its schema.
 */

/** Field numbers of onnx.proto: ModelProto.graph; GraphProto.node, .input; NodeProto.input; ValueInfoProto.name. */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const GRAPH_INPUT = 11;
const NODE_INPUT = 1;
const VALUE_NAME = 1;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

function readVarint(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from, scale = 1; ; at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at + 1];
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

type Rewrite = (bytes: Uint8Array) => Uint8Array;

/** A message with its length-delimited fields of some numbers rewritten; all else is copied. */
function rewritten(message: Uint8Array, fields: Readonly<Record<number, Rewrite>>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < message.length; ) {
    const start = at;
    const [key, afterKey] = readVarint(message, at);
    const wire = key & 7;
    if (wire === BYTES) {
      const [length, body] = readVarint(message, afterKey);
      at = body + length;
      const rewrite = fields[key >>> 3];
      if (rewrite !== undefined) {
        const fresh = rewrite(message.subarray(body, at));
        parts.push(message.subarray(start, afterKey), varint(fresh.length), fresh);
        continue;
      }
    } else if (wire === VARINT) at = readVarint(message, afterKey)[1];
    else at = afterKey + (wire === FIXED64 ? 8 : 4);
    parts.push(message.subarray(start, at));
  }
  return Buffer.concat(parts);
}

/** The model with its graph's input `from` called `to`. */
export function renameInput(model: Uint8Array, from: string, to: string): Uint8Array {
  const rename: Rewrite = (text) => (Buffer.from(text).toString() === from ? Buffer.from(to) : text);
  return rewritten(model, {
    [MODEL_GRAPH]: (graph) =>
      rewritten(graph, {
        [GRAPH_NODE]: (node) => rewritten(node, { [NODE_INPUT]: rename }),
        [GRAPH_INPUT]: (input) => rewritten(input, { [VALUE_NAME]: rename }),
      }),
  });
}
