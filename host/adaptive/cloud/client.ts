/** A server of the Open Inference Protocol over fetch: metadata, questions, retries. Connections are kept by fetch itself. */
import { EdgeInferError, EXIT, messageOf } from '../../errors.js';
import type { Clock } from '../clock.js';
import {
  badAnswer,
  decodeAnswer,
  encodeQuestion,
  LENGTH_HEADER,
  type Question,
  type ServerAnswer,
} from './protocol.js';

/** What a server says of a model. */
export interface RemoteModel {
  inputs: { name: string; datatype: string; shape: number[] }[];
  outputs: { name: string; datatype: string; shape: number[] }[];
}

/** What the server said, and what it took. */
export interface Exchange {
  answer: ServerAnswer;
  attempts: number;
  /** Bytes of question and answer, of the attempt that succeeded. */
  bytes: number;
  /** Milliseconds of that attempt. */
  took_ms: number;
  binary: boolean;
}

/** How a client talks. */
export interface ClientSettings {
  base: string;
  headers: Record<string, string>;
  retries: number;
}

/** Most bytes of an answer. */
const MOST_BYTES = 64 * 2 ** 20;
/** Before the first retry; doubles. */
const FIRST_PAUSE_MS = 50;
const BINARY_EXTENSION = 'binary_tensor_data';

/** A failure that may pass by itself. */
class Passing extends Error {
  constructor(
    message: string,
    readonly pause_ms: number | undefined,
  ) {
    super(message);
  }
}

export class OipClient {
  readonly #settings: ClientSettings;
  readonly #clock: Clock;
  readonly #models = new Map<string, RemoteModel>();
  #binary: boolean | undefined;

  constructor(settings: ClientSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /**
   * Asks whether the server is ready, once a server what it can, and once a model what it takes.
   *
   * @throws EdgeInferError `CLOUD_FAILED`, `CLOUD_ANSWER` (exit 6)
   */
  async prepare(models: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#get('/v2/health/ready', signal, false);
    if (this.#binary === undefined) {
      const server = (await this.#get('/v2', signal, true)) as { extensions?: unknown };
      this.#binary = Array.isArray(server.extensions) && server.extensions.includes(BINARY_EXTENSION);
    }
    for (const model of models) {
      if (this.#models.has(model)) continue;
      this.#models.set(model, remoteModel(await this.#get(`/v2/models/${model}`, signal, true)));
    }
  }

  /** What {@link prepare} found; undefined before. */
  model(path: string): RemoteModel | undefined {
    return this.#models.get(path);
  }

  /**
   * Asks a model.
   *
   * @param model its path below `/v2/models/`, version included
   * @throws EdgeInferError `CLOUD_FAILED`, `CLOUD_ANSWER` (exit 6); the signal's reason
   */
  async ask(model: string, question: Question, signal: AbortSignal): Promise<Exchange> {
    const binary = this.#binary === true;
    const { body, headers } = encodeQuestion(question, binary);
    const url = `${this.#settings.base}/v2/models/${model}/infer`;
    for (let attempts = 1; ; attempts++) {
      const began = this.#clock.now();
      try {
        const response = await this.#fetch(url, { method: 'POST', body, headers }, signal);
        const bytes = await readBounded(response);
        const answer = decodeAnswer(bytes, response.headers.get(LENGTH_HEADER));
        const took_ms = this.#clock.now() - began;
        return { answer, attempts, bytes: body.byteLength + bytes.byteLength, took_ms, binary };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Passing) && !isBroken(error)) throw error;
        if (attempts > this.#settings.retries) throw failed(url, attempts, error);
        const pause =
          (error instanceof Passing ? error.pause_ms : undefined) ?? FIRST_PAUSE_MS * 2 ** (attempts - 1);
        await this.#pause(pause, signal);
      }
    }
  }

  async #get(path: string, signal: AbortSignal, json: boolean): Promise<unknown> {
    const url = `${this.#settings.base}${path}`;
    try {
      const response = await this.#fetch(url, { method: 'GET' }, signal);
      const bytes = await readBounded(response);
      if (!json) return undefined;
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (value === null || typeof value !== 'object') throw badAnswer(`${path} is not an object`);
      return value;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EdgeInferError) throw error;
      throw failed(url, 1, error);
    }
  }

  async #fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const headers = { ...this.#settings.headers, ...(init.headers as Record<string, string> | undefined) };
    // A redirect would carry the picture to somebody who was not named.
    const response = await fetch(url, { ...init, headers, signal, redirect: 'error' });
    if (response.ok) return response;
    const text = await response.text().catch(() => '');
    const why = `HTTP status ${response.status} ${errorText(text)}`.trim();
    if (response.status === 429 || response.status >= 500) {
      const after = Number(response.headers.get('retry-after') ?? Number.NaN) * 1000;
      throw new Passing(why, Number.isFinite(after) ? after : undefined);
    }
    throw failed(url, 1, new Error(why));
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.#clock.after(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}

/** A connection that could not be made or was cut. */
function isBroken(error: unknown): boolean {
  return error instanceof TypeError;
}

function failed(url: string, attempts: number, error: unknown): EdgeInferError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const why = code === undefined ? messageOf(cause) : `${code} ${messageOf(cause)}`;
  const times = attempts > 1 ? ` (${attempts} attempts)` : '';
  return new EdgeInferError({
    code: 'CLOUD_FAILED',
    message: `the server did not answer (${url}): ${why}${times}`,
    hint: 'check the address and the network',
    exitCode: EXIT.network,
    cause: error,
  });
}

/** The `error` of the protocol's error object, or the beginning of the text. */
function errorText(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error.slice(0, 200);
  } catch {
    // Not JSON: the text itself.
  }
  return text.slice(0, 200);
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).byteLength;
    if (length > MOST_BYTES) throw badAnswer(`it has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks, length);
}

function remoteModel(value: unknown): RemoteModel {
  const { inputs, outputs } = value as { inputs?: unknown; outputs?: unknown };
  return { inputs: tensorList(inputs), outputs: tensorList(outputs) };
}

function tensorList(value: unknown): RemoteModel['inputs'] {
  if (!Array.isArray(value)) throw badAnswer('the metadata of the model have no list of tensors');
  return value.map((row: unknown) => {
    const { name, datatype, shape } = (row ?? {}) as Partial<RemoteModel['inputs'][number]>;
    if (typeof name !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape)) {
      throw badAnswer('the metadata of the model name a tensor without name, datatype or shape');
    }
    return { name, datatype, shape: shape.map(Number) };
  });
}
