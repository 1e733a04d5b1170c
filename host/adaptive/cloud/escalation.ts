/** Asks a server about what is unsure here. Whatever happens there, it says why and leaves the local answer alone. */
import { createHash } from 'node:crypto';
import { messageOf } from '../../errors.js';
import { bestOf, isClassification } from '../answers.js';
import { abortAfter, type Clock, orAbort } from '../clock.js';
import { type CloudDecision, ms } from '../decision.js';
import { EscalationMemory } from '../escalation_memory.js';
import { Allowance } from './allowance.js';
import { readAnswer } from './answer.js';
import { CircuitBreaker } from './breaker.js';
import { OipClient } from './client.js';
import type { CloudAnswer, CloudParts, CloudRequest, CloudStats } from './contract.js';
import { LinkEstimate } from './link_estimate.js';
import type { CloudSettings } from './options.js';
import { makeQuestion } from './question.js';
import { cheapestRoute, type Route, routeCosts } from './routes.js';
import type { SplitModel } from './split_model.js';

/** Of questions that are left out as useless, one in so many is asked all the same. */
const PROBE_EVERY = 16;
const LEAST_CHANGE = 0.02;

export class CloudEscalation {
  readonly #settings: CloudSettings;
  readonly #parts: CloudParts;
  readonly #clock: Clock;
  readonly #client: OipClient;
  readonly #breaker: CircuitBreaker;
  readonly #allowance: Allowance;
  readonly #link: LinkEstimate;
  readonly #memory: EscalationMemory;
  readonly #ended = new AbortController();
  #prepared: Promise<void> | undefined;
  #useless = 0;
  #answered = 0;
  #failed = 0;
  #unavailable = 0;
  #bytesSent = 0;

  constructor(settings: CloudSettings, parts: CloudParts, clock: Clock) {
    this.#settings = settings;
    this.#parts = parts;
    this.#clock = clock;
    this.#client = new OipClient(settings, clock);
    this.#breaker = new CircuitBreaker(clock, settings.cooldown, () => this.#probe());
    this.#allowance = new Allowance(clock, settings.budget);
    this.#link = new LinkEstimate(settings.bandwidth);
    this.#memory = new EscalationMemory(Math.min(1, settings.confidenceBelow), LEAST_CHANGE);
  }

  stats(): CloudStats {
    return {
      url: this.#settings.base,
      breaker: this.#breaker.state,
      answered: this.#answered,
      failed: this.#failed,
      unavailable: this.#unavailable,
      bytes_sent: this.#bytesSent,
      link: { bandwidth: this.#link.bandwidth, latency_ms: this.#link.expected(0) },
    };
  }

  /** Asks, if the rule says so, within the time that is left. Rejects only with the caller's own signal. */
  async ask(request: CloudRequest): Promise<CloudAnswer> {
    const { signal: parent } = request.options;
    const time = Math.min(this.#settings.timeout, request.left_ms);
    const confidence = request.confidence ?? bestConfidence(request.answer);
    const wanted = this.#wanted(request, confidence);
    if (wanted.refusal !== undefined) return this.#silent('not_asked', wanted.refusal);
    if (time <= 0) return this.#silent('not_asked', 'no time is left');
    const limit = abortAfter(this.#clock, time, anyOf(parent, this.#ended.signal));
    try {
      return await orAbort(this.#answer(request, confidence, wanted.why, time, limit.signal), limit.signal);
    } catch (error) {
      parent?.throwIfAborted();
      const late = limit.expired();
      const why = late ? `no answer within ${ms(time)}` : messageOf(error);
      // Too little time says nothing about the server.
      if (!late || time >= this.#settings.timeout) this.#breaker.fail(why);
      this.#failed++;
      return this.#silent('failed', why);
    } finally {
      limit.release();
    }
  }

  async close(abort: boolean): Promise<void> {
    this.#ended.abort();
    await this.#breaker.probing;
    await Promise.all([this.#parts.preprocessing.close({ abort }), this.#parts.split?.close(abort)]);
  }

  /** Why the server is asked, or why not. */
  #wanted({ picture }: CloudRequest, confidence: number): { why: string; refusal?: string } {
    const { confidenceBelow, largerThan } = this.#settings;
    const size = picture.bytes.byteLength;
    if (size > largerThan) return { why: `the picture has ${size} bytes, more than ${largerThan}` };
    const compared = `${confidence.toFixed(3)} ${confidence < confidenceBelow ? '<' : '>='} ${confidenceBelow}`;
    if (confidence >= confidenceBelow) return { why: '', refusal: `confidence ${compared}` };
    const { worth, changes } = this.#memory.usefulness(confidence);
    if (!worth && ++this.#useless % PROBE_EVERY !== 0) {
      return { why: '', refusal: `the server changes ${(changes * 100).toFixed(1)} % of such answers` };
    }
    return { why: `confidence ${compared}` };
  }

  async #answer(
    request: CloudRequest,
    confidence: number,
    why: string,
    time: number,
    signal: AbortSignal,
  ): Promise<CloudAnswer> {
    const closed = this.#breaker.refusal() ?? (await this.#unprepared());
    const costs = routeCosts({
      send: this.#settings.send,
      link: this.#link,
      network: closed === undefined,
      pictureBytes: request.picture.bytes.byteLength,
      card: this.#parts.ranking.pkg.card,
      split: this.#parts.split,
    });
    const route = cheapestRoute(costs);
    if (route === undefined) return this.#without(closed ?? 'there is no way to it', costs);
    if ((costs[route] ?? 0) > time) {
      return this.#silent('not_asked', `${ms(costs[route] ?? 0)} are expected, ${ms(time)} are left`, costs);
    }
    if (route === 'local_tail') return await this.#finishHere(request, costs, signal);
    return await this.#send(request, route, confidence, why, costs, signal);
  }

  async #send(
    request: CloudRequest,
    route: Exclude<Route, 'local_tail'>,
    confidence: number,
    why: string,
    costs: CloudDecision['estimates_ms'] & object,
    signal: AbortSignal,
  ): Promise<CloudAnswer> {
    const began = this.#clock.now();
    const model = this.#path(route);
    const { split, preprocessing } = this.#parts;
    const remote = this.#client.model(model);
    const made = await makeQuestion({ route, source: request.picture, remote, preprocessing, split }, signal);
    const spent = this.#allowance.refusal(made.bytes.byteLength);
    if (spent !== undefined) return this.#without(spent, costs);
    this.#allowance.spend(made.bytes.byteLength);
    this.#bytesSent += made.bytes.byteLength;
    const exchange = await this.#client.ask(model, made.question, signal);
    this.#link.add(exchange.bytes, exchange.took_ms);
    const answer = readAnswer(this.#parts.ranking, exchange.answer, {
      top: request.options.top ?? 5,
      input_sha256: made.input_sha256,
      took_ms: this.#clock.now() - began,
      provider: new URL(this.#settings.base).host,
    });
    this.#breaker.succeed();
    this.#answered++;
    this.#memory.observe(confidence, bestOf(answer) !== bestOf(request.answer));
    const decision: CloudDecision = {
      ...this.#head(),
      outcome: 'answered',
      why,
      sent: route,
      sent_sha256: createHash('sha256').update(made.bytes).digest('hex'),
      bytes: made.bytes.byteLength,
      binary: exchange.binary,
      attempts: exchange.attempts,
      took_ms: this.#clock.now() - began,
      estimates_ms: costs,
      ...(made.compression === undefined ? {} : { compression: made.compression }),
    };
    return { decision, answer, confidence: answer.predictions[0]?.confidence ?? 0 };
  }

  /** The second part of the model runs here: nothing is sent. */
  async #finishHere(
    request: CloudRequest,
    costs: CloudDecision['estimates_ms'] & object,
    signal: AbortSignal,
  ): Promise<CloudAnswer> {
    const began = this.#clock.now();
    const split = this.#parts.split as SplitModel;
    const features = await split.features(request.picture.source, signal);
    const output = await split.finish(features, signal);
    const took_ms = this.#clock.now() - began;
    const { name } = split.parts.tail?.output ?? {};
    const outputs = { [name ?? '']: output };
    const answer = readAnswer(
      this.#parts.ranking,
      { outputs, modelVersion: '' },
      {
        top: request.options.top ?? 5,
        input_sha256: features.input_sha256,
        took_ms,
        provider: 'local tail',
      },
    );
    const why = 'both parts of the model ran here';
    const decision: CloudDecision = {
      ...this.#head(),
      outcome: 'answered',
      why,
      took_ms,
      estimates_ms: costs,
    };
    return { decision, answer, confidence: answer.predictions[0]?.confidence ?? 0 };
  }

  /**
   * Gets the metadata, once; what fails is tried again with the next question. Gives why there are none, where the model can
   * be finished here.
   */
  async #unprepared(): Promise<string | undefined> {
    this.#prepared ??= this.#probe();
    try {
      await this.#prepared;
      return undefined;
    } catch (error) {
      this.#prepared = undefined;
      if (this.#parts.split?.parts.tail === undefined) throw error;
      this.#breaker.fail(messageOf(error));
      return messageOf(error);
    }
  }

  /** Of no request's own: one that is taken back shall not fail the others that wait for it. */
  async #probe(): Promise<void> {
    const limit = abortAfter(this.#clock, this.#settings.timeout, this.#ended.signal);
    try {
      await orAbort(this.#client.prepare(this.#paths(), limit.signal), limit.signal);
    } finally {
      limit.release();
    }
  }

  #paths(): string[] {
    return [this.#path('tensor'), ...(this.#parts.split === undefined ? [] : [this.#path('features')])];
  }

  #path(route: Route): string {
    const { model, version } = this.#settings;
    if (route === 'features') return encodeURIComponent(this.#parts.split?.parts.model ?? '');
    const name = encodeURIComponent(model);
    return version === undefined ? name : `${name}/versions/${encodeURIComponent(version)}`;
  }

  #without(why: string, costs: CloudDecision['estimates_ms'] & object): CloudAnswer {
    this.#unavailable++;
    return this.#silent('unavailable', why, costs);
  }

  #silent(
    outcome: CloudDecision['outcome'],
    why: string,
    estimates_ms?: CloudDecision['estimates_ms'],
  ): CloudAnswer {
    return {
      decision: { ...this.#head(), outcome, why, ...(estimates_ms === undefined ? {} : { estimates_ms }) },
    };
  }

  #head(): { url: string; model: string } {
    return { url: this.#settings.base, model: this.#settings.model };
  }
}

function bestConfidence(answer: object): number {
  return isClassification(answer) ? (answer.predictions[0]?.confidence ?? 0) : 1;
}

function anyOf(first: AbortSignal | undefined, second: AbortSignal): AbortSignal {
  return first === undefined ? second : AbortSignal.any([first, second]);
}
