/** The life of an adaptive request: choose, answer, judge, escalate, explain. */
import type { ClassifyOptions } from '../engine/engine.js';
import { deadlineExceeded, engineClosed } from '../engine/failures.js';
import { EdgeInferError, messageOf } from '../errors.js';
import { asAsked, bestOf, confidenceBy, judgeable, sameBy } from './answers.js';
import { ArrivalRate } from './arrivals.js';
import { abortAfter, type Clock } from './clock.js';
import type { CloudEscalation } from './cloud/escalation.js';
import { type Decided, ms } from './decision.js';
import { Exploration } from './exploration.js';
import { Journal } from './journal.js';
import { ModelChoice } from './model_choice.js';
import type { ModelSlot } from './model_slot.js';
import type { AdaptiveSettings } from './options.js';
import type { Preference, Strain } from './policy.js';
import type { AdaptiveRequest, ModelStats, Standing } from './request.js';
import type { SignalBoard } from './signals/board.js';

export class AdaptiveCore {
  readonly #slots: readonly ModelSlot[];
  readonly #settings: AdaptiveSettings;
  readonly #clock: Clock;
  readonly #board: SignalBoard;
  readonly #cloud: CloudEscalation | undefined;
  readonly #choice: ModelChoice;
  readonly #arrivals = new ArrivalRate();
  readonly #exploration: Exploration;
  #strain: Strain = 'normal';
  #active = 0;
  #whenIdle: (() => void) | undefined;
  #closed = false;

  constructor(
    slots: readonly ModelSlot[],
    settings: AdaptiveSettings,
    board: SignalBoard,
    cloud: CloudEscalation | undefined,
    clock: Clock,
  ) {
    this.#slots = slots;
    this.#settings = settings;
    this.#clock = clock;
    this.#board = board;
    this.#cloud = cloud;
    const cascade = settings.confidence !== undefined;
    this.#exploration = new Exploration(slots, settings, clock);
    this.#choice = new ModelChoice(slots.length, cascade, settings.hysteresis);
  }

  get switches(): number {
    return this.#choice.switches;
  }

  get current(): string {
    return this.#slots[this.#choice.current]?.name ?? '';
  }

  get strain(): Strain {
    return this.#strain;
  }

  models(): ModelStats[] {
    return this.#slots.map(({ name, answered, shadows, pending, latency, unsure, escalations }) => ({
      name,
      answered,
      shadows,
      pending,
      latency_ms: latency.summary(),
      unsure,
      escalations: escalations?.summary() ?? [],
    }));
  }

  /** Answers one picture. Only the first model's failure, the deadline and the caller's signal make it reject. */
  async answer(request: AdaptiveRequest): Promise<Decided<object>> {
    if (this.#closed) throw engineClosed();
    this.#active++;
    try {
      return await this.#answer(request);
    } finally {
      this.#active--;
      if (this.#active === 0) this.#whenIdle?.();
    }
  }

  /** Waits for what was taken, shadow runs included; then ends the engines. */
  async close(abort: boolean): Promise<void> {
    this.#closed = true;
    if (this.#active > 0 && !abort) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await Promise.all([
      ...this.#slots.map(({ engine }) => engine.close({ abort })),
      this.#cloud?.close(abort),
      this.#exploration.close(),
    ]);
  }

  async #answer(request: AdaptiveRequest): Promise<Decided<object>> {
    const now = this.#clock.now();
    this.#arrivals.add(now);
    const signals = this.#board.values(now);
    const preference = this.#settings.policy(signals, this.#strain);
    this.#strain = preference.strain;
    const journal = new Journal(request.began, this.#clock, signals, preference.strain);
    const { deadline = this.#settings.deadline_ms } = request.options;
    const soft = this.#settings.budget_ms * (preference.strain === 'spare' ? 0.5 : 1);
    journal.budget_ms = Math.min(soft, deadline);
    const first = this.#start(journal, preference, soft, deadline);
    const standing = await this.#first(request, first, deadline, journal);
    const final = await this.#escalate(request, standing, journal);
    request.options.signal?.throwIfAborted();
    this.#exploration.consider(request, final, journal.suppressed, this.#strain, this.#arrivals);
    return { ...asAsked(request.task, final.answer, request.options), decision: journal.decision() };
  }

  #wait(): number {
    const pending = this.#slots.reduce((sum, slot) => sum + slot.pending, 0);
    if (pending < this.#settings.parallel) return 0;
    const work = this.#slots.reduce((sum, slot) => sum + slot.pending * slot.latency.mean, 0);
    return work / this.#settings.parallel;
  }

  #contended(): boolean {
    return this.#slots.reduce((sum, slot) => sum + slot.pending, 0) >= this.#settings.parallel;
  }

  /** Chooses the model that answers first, and notes why. */
  #start(journal: Journal, preference: Preference, soft: number, deadline: number): number {
    const now = this.#clock.now();
    const wait_ms = this.#wait();
    const candidates = this.#slots.map((slot) => slot.candidate());
    const { place, reason } = this.#choice.start(candidates, {
      now,
      wait_ms,
      budget_ms: soft,
      request_ms: deadline - (now - journal.began),
      strain: preference.strain,
      arrivals: this.#arrivals.perMs(now),
      parallel: this.#settings.parallel,
    });
    journal.consider(this.#slots, wait_ms);
    journal.start(reason, this.#slots[place]?.name ?? '', wait_ms, candidates[place]?.p95_ms ?? 0);
    if (preference.strain !== 'normal') journal.add('strained', preference.reason || preference.strain);
    return place;
  }

  /** The first answer; its failure is the request's. */
  async #first(
    request: AdaptiveRequest,
    place: number,
    deadline: number,
    journal: Journal,
  ): Promise<Standing> {
    const left = deadline - (this.#clock.now() - request.began);
    if (left <= 0) throw deadlineExceeded(deadline, 'waiting');
    const limit = Number.isFinite(left) ? { deadline: left } : {};
    try {
      const answer = await this.#run(request, place, { ...request.options, ...limit }, journal);
      return { answer, place };
    } catch (error) {
      if (error instanceof EdgeInferError && error.code === 'DEADLINE_EXCEEDED') {
        this.#slots[place]?.givenUp(left);
      }
      throw error;
    }
  }

  /** Asks larger models, then the server, while the answer is unsure and time is left; whatever fails, an answer stands. */
  async #escalate(request: AdaptiveRequest, first: Standing, journal: Journal): Promise<Standing> {
    let standing = first;
    for (;;) {
      const next = await this.#larger(request, standing, journal);
      if (next === undefined) break;
      standing = next;
    }
    journal.model = this.#slots[standing.place]?.name ?? '';
    (this.#slots[standing.place] as ModelSlot).answered++;
    if (this.#cloud === undefined || request.task !== 'classify') return standing;
    const asked = await this.#cloud.ask({
      picture: request.picture,
      options: request.options,
      confidence: journal.confidence,
      answer: standing.answer,
      left_ms: journal.left(),
    });
    const better = journal.cloud(asked, bestOf(standing.answer));
    return better === undefined ? standing : { ...standing, answer: better };
  }

  /** The next larger model's answer, or undefined when it is not asked or gives none. */
  async #larger(
    request: AdaptiveRequest,
    { answer, place }: Standing,
    journal: Journal,
  ): Promise<Standing | undefined> {
    const rule = this.#settings.confidence;
    const slot = this.#slots[place] as ModelSlot;
    if (rule === undefined) return undefined;
    const confidence = confidenceBy(rule, answer, slot.temperature);
    journal.confidence = confidence;
    if (confidence === undefined) {
      journal.add('confidence_unknown', 'there is no rule for answers of this task');
      return undefined;
    }
    const unsure = confidence < rule.threshold;
    slot.learnUnsure(unsure);
    const compared = `${confidence.toFixed(3)} ${unsure ? '<' : '>='} ${rule.threshold} (${slot.name})`;
    journal.add(unsure ? 'unsure' : 'confident', compared);
    if (!unsure) return undefined;
    const larger = this.#slots[place + 1];
    if (larger === undefined || slot.escalations === undefined) {
      journal.add('largest_reached', `${slot.name} is the largest model here`);
      return undefined;
    }
    const refusal = this.#refusal(slot, larger, confidence, journal);
    if (refusal) return undefined;
    const next = await this.#ask(request, place + 1, journal);
    if (next === undefined) return undefined;
    slot.escalations.observe(confidence, !sameBy(rule, answer, next));
    journal.escalated(slot.name, confidence, bestOf(answer));
    return { answer: next, place: place + 1 };
  }

  /** Notes why a larger model is not asked; false when it is. */
  #refusal(slot: ModelSlot, larger: ModelSlot, confidence: number, journal: Journal): boolean {
    const { changes, seen, worth } = (slot.escalations as NonNullable<typeof slot.escalations>).usefulness(
      confidence,
    );
    const needs = this.#wait() + larger.latency.quantile(0.95);
    if (this.#strain === 'least') {
      journal.add('strained', `${larger.name} is not asked`);
    } else if (needs > journal.left()) {
      journal.add(
        'no_time_to_escalate',
        `${larger.name} needs ${ms(needs)}, ${ms(Math.max(0, journal.left()))} are left`,
      );
    } else if (!worth) {
      const share = (changes * 100).toFixed(1);
      journal.add('escalation_useless', `${larger.name} changes ${share} % of such answers (${seen} seen)`);
      journal.suppressed = { confidence };
    } else return false;
    return true;
  }

  /** A larger model's answer within what is left; undefined when it fails or is too slow. */
  async #ask(request: AdaptiveRequest, place: number, journal: Journal): Promise<object | undefined> {
    const { signal: parent } = request.options;
    const given = journal.left();
    const limit = abortAfter(this.#clock, given, parent);
    try {
      // An abort drops the answer; a deadline would cost the instance.
      const { deadline: _, ...options } = request.options;
      return await this.#run(request, place, { ...options, signal: limit.signal }, journal);
    } catch (error) {
      parent?.throwIfAborted();
      if (limit.expired()) this.#slots[place]?.givenUp(given);
      const why = limit.expired() ? 'the budget was over' : messageOf(error);
      journal.add('escalation_failed', `${this.#slots[place]?.name}: ${why}`);
      return undefined;
    } finally {
      limit.release();
    }
  }

  async #run(
    { task, picture: { source }, wait }: AdaptiveRequest,
    place: number,
    options: ClassifyOptions,
    journal: Journal,
  ): Promise<object> {
    const slot = this.#slots[place] as ModelSlot;
    const asked = judgeable(task, options, this.#settings.confidence, slot.temperature);
    const call = { task, source, options: asked, wait };
    const { answer, took_ms } = await slot.run(call, this.#contended());
    journal.ran(place, took_ms);
    return answer;
  }
}
