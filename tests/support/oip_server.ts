/**
 * A server of the Open Inference Protocol, version 2, over an engine, that can be told to misbehave. It reads requests with
 * code of its own: what host/adaptive/cloud writes is not read by what wrote it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Tensors } from '../../host/index.js';

/** What can go wrong. */
export type ServerFault =
  | 'none'
  | 'slow'
  | 'status_500'
  | 'status_400'
  | 'cut'
  | 'malformed'
  | 'not_an_object'
  | 'wrong_shape'
  | 'wrong_datatype'
  | 'short_binary'
  | 'nan'
  | 'redirect';

/** A model that is served. */
export interface ServedModel {
  engine: Engine;
  inputs: { name: string; datatype: string; shape: number[] }[];
  outputs: { name: string; datatype: string; shape: number[] }[];
}

/** A request that came. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** The server, and what it saw. */
export interface OipServer {
  readonly url: string;
  readonly seen: Seen[];
  /** Applies from the next request on. */
  fault: ServerFault;
  /** Of `slow`. */
  delay: number;
  /** How many requests get the fault; then all is well. */
  times: number;
  /** Questions that came. */
  questions(): Seen[];
  [Symbol.asyncDispose](): Promise<void>;
}

type Json = { [key: string]: unknown };
interface WireTensor {
  name: string;
  shape: number[];
  datatype: string;
  data?: (number | string)[];
  parameters?: { binary_data_size?: number };
}

/** Starts a server. `binary`: it has the binary tensor extension. */
export async function startOipServer(
  models: Record<string, ServedModel>,
  { binary = true } = {},
): Promise<OipServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ error: String(error) }));
    });
  });
  const state = { fault: 'none' as ServerFault, delay: 300, times: Number.POSITIVE_INFINITY };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const body = Buffer.concat(chunks);
    seen.push({ method: request.method ?? '', path, headers: request.headers, body });
    const fault = state.times-- > 0 ? state.fault : 'none';
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    if (fault === 'status_500') {
      send(response, { error: 'out of memory' }, 500);
      return;
    }
    if (fault === 'slow') await sleep(state.delay);
    if (path === '/v2/health/ready') {
      response.writeHead(200).end();
      return;
    }
    if (path === '/v2') {
      send(response, { name: 'test', version: '1', extensions: binary ? ['binary_tensor_data'] : [] });
      return;
    }
    const [, name = '', infer] = /^\/v2\/models\/([^/]+)(?:\/versions\/\w+)?(\/infer)?$/.exec(path) ?? [];
    const model = models[name];
    if (model === undefined) {
      send(response, { error: `no model ${name}` }, 404);
      return;
    }
    if (infer === undefined) {
      const { inputs, outputs } = model;
      send(response, { name, versions: ['1'], platform: 'test', inputs, outputs });
      return;
    }
    if (fault === 'status_400') {
      send(response, { error: 'unexpected shape' }, 400);
      return;
    }
    if (fault === 'redirect') {
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
      return;
    }
    const outputs = await compute(model, body, request.headers['inference-header-content-length']);
    reply(response, name, outputs, fault);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    seen,
    questions: () => seen.filter(({ method }) => method === 'POST'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });

  function reply(response: ServerResponse, name: string, outputs: Tensors, fault: ServerFault): void {
    if (fault === 'malformed') {
      response.end('{"outputs": [');
      return;
    }
    if (fault === 'not_an_object') {
      send(response, []);
      return;
    }
    const parts: Buffer[] = [];
    const rows = Object.entries(outputs).map(([output, { shape, data }]) => {
      const bytes = Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      const row: Json = { name: output, shape: fault === 'wrong_shape' ? [1, 3] : shape, datatype: 'FP32' };
      if (fault === 'wrong_datatype') row.datatype = 'INT32';
      if (fault === 'nan') new Float32Array(data.buffer as ArrayBuffer).fill(Number.NaN);
      if (!binary) return { ...row, data: Array.from(data as Float32Array) };
      const sent = fault === 'short_binary' ? bytes.subarray(4) : bytes;
      parts.push(sent);
      return { ...row, parameters: { binary_data_size: bytes.byteLength } };
    });
    const json = Buffer.from(JSON.stringify({ model_name: name, model_version: '7', outputs: rows }));
    if (parts.length === 0) {
      response.end(json);
      return;
    }
    response.writeHead(200, { 'inference-header-content-length': json.byteLength });
    response.end(Buffer.concat([json, ...parts]));
  }
}

function send(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const DTYPES = { FP32: 'f32', UINT8: 'u8', FP16: 'f16' } as const;

async function compute({ engine }: ServedModel, body: Buffer, length: unknown): Promise<Tensors> {
  const jsonLength = length === undefined ? body.byteLength : Number(length);
  const { inputs } = JSON.parse(body.subarray(0, jsonLength).toString()) as { inputs: WireTensor[] };
  const feeds: Tensors = {};
  let at = jsonLength;
  for (const { name, shape, datatype, data, parameters } of inputs) {
    const size = parameters?.binary_data_size ?? 0;
    const bytes = body.subarray(at, at + size);
    at += size;
    if (datatype === 'BYTES')
      return await whole(
        engine,
        data === undefined ? bytes.subarray(4) : Buffer.from(String(data[0]), 'base64'),
      );
    const dtype = DTYPES[datatype as keyof typeof DTYPES];
    const values =
      data === undefined
        ? Uint8Array.from(bytes)
        : new Uint8Array(Float32Array.from(data as number[]).buffer);
    feeds[name] = { dtype, shape, data: values };
  }
  return await engine.run(feeds);
}

/** A picture goes through the engine's own preprocessing. */
async function whole(engine: Engine, picture: Buffer): Promise<Tensors> {
  const { dtype, shape, data } = await engine.preprocess(picture);
  return await engine.run({ input: { dtype, shape, data } });
}
