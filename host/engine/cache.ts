/** Answers that are known by now: by the same bytes, the same tensor, or a picture that looks alike. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Answers, GraphJob, PictureForm, Question } from './jobs.js';
import { type PictureHash, PictureIndex } from './picture_index.js';
import type { CacheHit } from './results.js';

/** What is kept, and how long. */
export interface CacheLimits {
  /** Answers. */
  entries: number;
  /** Bytes of answers and keys, as JavaScript holds them, roughly. */
  bytes: number;
  /** Milliseconds that an answer stays good; 0: for ever. */
  ttl: number;
  /** Answers of pictures whose hashes differ in at most so many of 64 bits are taken; undefined: only of equal ones. */
  distance: number | undefined;
}

/** Counts of the cache since the engine was made. */
export interface CacheStats {
  hits: { bytes: number; tensor: number; nearDuplicate: number };
  misses: number;
  /** Answers dropped for room. */
  evictions: number;
  /** Answers dropped because they were older than `ttl`. */
  expired: number;
  entries: number;
  bytes: number;
}

/** An answer that can be kept. */
export type CachedAnswer = Answers[GraphJob['kind']];

/** What is under a key: an answer, or the key of one. */
type Entry = { answer: CachedAnswer; group: string; picture: PictureHash | undefined } | { at: string };

/** Bytes of the objects around an answer's numbers and texts. */
const OBJECT_BYTES = 500;
const ROW_BYTES = 100;
/** Bytes hashed before the event loop gets a turn: half a millisecond. */
const TURN_BYTES = 1 << 20;

/** Answers by the SHA-256 of the tensor, the model and the options; least recently used ones go first. */
export class InferenceCache {
  readonly #entries: LRUCache<string, Entry>;
  /** Hashes of pictures whose answers are kept, by model and options. */
  readonly #pictures = new Map<string, PictureIndex>();
  readonly #distance: number | undefined;
  readonly #hits = { bytes: 0, tensor: 0, nearDuplicate: 0 };
  #misses = 0;
  #evictions = 0;
  #expired = 0;

  constructor({ entries, bytes, ttl, distance }: CacheLimits) {
    this.#distance = distance;
    this.#entries = new LRUCache<string, Entry>({
      // Each answer has a second key, that of the bytes it was made of.
      max: entries * 2,
      maxSize: bytes,
      sizeCalculation: sizeOf,
      ttl,
      dispose: (entry, key, reason) => {
        if ('at' in entry) return;
        if (reason === 'evict') this.#evictions++;
        if (reason === 'expire') this.#expired++;
        this.#forgetPicture(entry.group, key);
      },
    });
  }

  /** What pictures look like matters. */
  get comparesPictures(): boolean {
    return this.#distance !== undefined;
  }

  /** What this cache knows of one request, whose bytes are hashed for it. */
  async memo(job: GraphJob): Promise<Memo> {
    const { parts, form, asking: _asking, ...options } = job;
    return new Memo(this, JSON.stringify(options), await hashPicture(parts[0] ?? new Uint8Array(), form));
  }

  stats(): CacheStats {
    this.#entries.purgeStale();
    return {
      hits: { ...this.#hits },
      misses: this.#misses,
      evictions: this.#evictions,
      expired: this.#expired,
      entries: [...this.#entries.values()].filter((entry) => 'answer' in entry).length,
      bytes: this.#entries.calculatedSize,
    };
  }

  /** An answer under a key, or under the key that is there. */
  find(key: string): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return 'at' in entry ? this.find(entry.at) : entry.answer;
  }

  /** The answer to the picture of a group that looks most alike, the first of those. */
  findAlike(group: string, picture: PictureHash): { answer: CachedAnswer; distance: number } | undefined {
    const best = this.#pictures.get(group)?.nearest(picture, this.#distance ?? -1);
    const answer = best === undefined ? undefined : this.find(best.key);
    return best === undefined || answer === undefined ? undefined : { answer, distance: best.distance };
  }

  keep(key: string, group: string, picture: PictureHash | undefined, answer: CachedAnswer): void {
    this.#entries.set(key, { answer, group, picture });
    // One that is larger than the whole cache is not kept.
    if (picture === undefined || !this.#entries.has(key)) return;
    let pictures = this.#pictures.get(group);
    if (pictures === undefined) {
      pictures = new PictureIndex();
      this.#pictures.set(group, pictures);
    }
    pictures.set(key, picture);
  }

  alias(key: string, at: string): void {
    if (this.#entries.has(at)) this.#entries.set(key, { at });
  }

  hit(by: keyof CacheStats['hits']): void {
    this.#hits[by]++;
  }

  miss(): void {
    this.#misses++;
  }

  #forgetPicture(group: string, key: string): void {
    const pictures = this.#pictures.get(group);
    pictures?.delete(key);
    if (pictures?.size === 0) this.#pictures.delete(group);
  }
}

/** One request and what is known of it so far. */
export class Memo {
  readonly #cache: InferenceCache;
  readonly #options: string;
  readonly #bytesHash: string;
  #tensorHash: string | undefined;
  /** Of the picture, where the answer depends on it. */
  #size = '';
  #picture: PictureHash | undefined;

  constructor(cache: InferenceCache, options: string, bytesHash: string) {
    this.#cache = cache;
    this.#options = options;
    this.#bytesHash = bytesHash;
  }

  /** The answer to the same bytes. */
  sameBytes(identity: string, spentMs: number): CachedAnswer | undefined {
    const found = this.#cache.find(this.#key(identity, 'bytes', this.#bytesHash));
    if (found === undefined) return undefined;
    this.#cache.hit('bytes');
    return asHit(found, { by: 'bytes' }, { decode: 0, preprocess: spentMs });
  }

  /** The answer to what an instance has found out of the picture. */
  answerTo(
    identity: string,
    { input_sha256, picture, size = '', timings }: Question,
  ): CachedAnswer | undefined {
    this.#size = size;
    if (picture !== undefined) {
      this.#picture = picture;
      const alike = this.#cache.findAlike(this.#group(identity), picture);
      if (alike === undefined) return undefined;
      this.#cache.hit('nearDuplicate');
      return asHit(alike.answer, { by: 'near-duplicate', distance: alike.distance }, timings);
    }
    if (input_sha256 === undefined) return undefined;
    this.#tensorHash = input_sha256;
    const key = this.#key(identity, 'tensor', input_sha256);
    const found = this.#cache.find(key);
    if (found === undefined) {
      this.#cache.miss();
      return undefined;
    }
    this.#cache.hit('tensor');
    this.#cache.alias(this.#key(identity, 'bytes', this.#bytesHash), key);
    return asHit(found, { by: 'tensor' }, timings);
  }

  /** Keeps an answer that an instance computed. */
  learn(identity: string, answer: CachedAnswer): void {
    if (this.#tensorHash === undefined) return;
    const key = this.#key(identity, 'tensor', this.#tensorHash);
    this.#cache.keep(key, this.#group(identity), this.#picture, copyOf(answer));
    this.#cache.alias(this.#key(identity, 'bytes', this.#bytesHash), key);
  }

  /** Answers of which one may stand for another. */
  #group(identity: string): string {
    return `${identity} ${this.#options} ${this.#size}`;
  }

  #key(identity: string, what: 'bytes' | 'tensor', hash: string): string {
    // The same bytes are a picture of the same size, which is not known before they are decoded.
    const group = what === 'bytes' ? `${identity} ${this.#options}` : this.#group(identity);
    return `${group} ${what} ${hash}`;
  }
}

/** SHA-256 of bytes and of how they are read; the event loop gets its turns. */
async function hashPicture(bytes: Uint8Array, { width, height, layout }: PictureForm): Promise<string> {
  const hash = createHash('sha256').update(`${width} ${height} ${layout} `);
  for (let at = 0; at < bytes.byteLength; at += TURN_BYTES) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(at, at + TURN_BYTES));
  }
  return hash.digest('hex');
}

/** A copy that callers may change. */
function copyOf<T extends CachedAnswer>(answer: T): T {
  return structuredClone(answer);
}

/** A known answer as the answer to another request: its own times, no graph. */
function asHit(
  answer: CachedAnswer,
  cached: CacheHit,
  { decode, preprocess }: { decode: number; preprocess: number },
): CachedAnswer {
  return {
    ...copyOf(answer),
    latency_ms: decode + preprocess,
    timings: { decode, preprocess, infer: 0, postprocess: 0 },
    cached,
  };
}

function sizeOf(entry: Entry, key: string): number {
  if ('at' in entry) return (key.length + entry.at.length) * 2;
  const { answer } = entry;
  const own = 'vector' in answer ? answer.vector.byteLength : answer.predictions.length * ROW_BYTES;
  const mask = 'mask' in answer ? answer.mask.data.byteLength : 0;
  return key.length * 2 + OBJECT_BYTES + own + mask;
}
