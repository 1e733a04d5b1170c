/** What a server is asked with, checked. */
import { checkRange, usage } from '../../engine/failures.js';

/** A model that is given in two parts. */
export interface SplitOptions {
  /** Folder of the first part: a package of task `raw` whose output is the features. It runs here. */
  head: string;
  /** Name of the second part on the server. */
  model: string;
  /**
   * How features travel. `f16`: halves, where the server's input is FP16. `u8`: one scale and zero point for all of them,
   * where the server takes UINT8 and the inputs `<name>_scale` (FP32) and `<name>_zero` (UINT8), those of DequantizeLinear.
   * Default `f32`: as they are. What is lost is in each decision.
   */
  precision?: 'f32' | 'f16' | 'u8';
  /** Folder of the second part here, for when there is no network or it is the slower way. Default: none. */
  tail?: string;
}

/** A server of the Open Inference Protocol, version 2 (KServe, Triton, OpenVINO Model Server, MLServer). */
export interface CloudOptions {
  /** Of the server: what comes before `/v2`. */
  url: string | URL;
  /** Name of the model there. */
  model: string;
  version?: string;
  /**
   * Package whose card says how the server's model is fed and what its output means; its graphs are not loaded. Default: the
   * largest model here.
   */
  card?: string;
  /** When it is asked. Default: below the engine's own threshold of confidence, or 0.5. */
  when?: {
    confidenceBelow?: number;
    /** Pictures of more bytes than this are sent whatever the confidence is. */
    largerThan?: number;
  };
  /** `tensor` (the default): what the graph is fed. `picture`: the encoded file, as BYTES. */
  send?: 'tensor' | 'picture';
  split?: SplitOptions;
  /** Milliseconds that the whole question may take, retries included. Default 1000; never more than is left of the budget. */
  timeout?: number;
  /** Further attempts after a failure that may pass (connection, 429, 5xx). Default 1. */
  retries?: number;
  headers?: Record<string, string>;
  /** What may be spent in `per` milliseconds (default 60,000). Default: no limit. */
  budget?: { requests?: number; bytes?: number; per?: number };
  /** Milliseconds for which the server is left alone after a failure; doubles up to 64 times. Default 1000. */
  cooldown?: number;
  /** Bytes a second that the network is taken to carry before it is measured. Default 1,000,000. */
  bandwidth?: number;
}

/** The options with their defaults. */
export interface CloudSettings {
  base: string;
  model: string;
  version: string | undefined;
  confidenceBelow: number;
  largerThan: number;
  send: 'tensor' | 'picture';
  timeout: number;
  retries: number;
  headers: Record<string, string>;
  budget: { requests: number; bytes: number; per: number };
  cooldown: number;
  bandwidth: number;
}

/**
 * Checks the options.
 *
 * @throws EdgeInferError `USAGE_INVALID` (exit 2)
 */
export function cloudSettings(options: CloudOptions): CloudSettings {
  const { when = {}, budget = {} } = options;
  const url = URL.canParse(String(options.url)) ? new URL(String(options.url)) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw usage(`cloud.url is wrong (${String(options.url)})`, 'give an address like https://host:8000');
  }
  if (options.model === '') throw usage('cloud.model is empty', "give the model's name on the server");
  const settings: CloudSettings = {
    base: url.href.replace(/\/+$/, ''),
    model: options.model,
    version: options.version,
    confidenceBelow: when.confidenceBelow ?? (when.largerThan === undefined ? 0.5 : 0),
    largerThan: when.largerThan ?? Number.POSITIVE_INFINITY,
    send: options.send ?? 'tensor',
    timeout: options.timeout ?? 1000,
    retries: options.retries ?? 1,
    headers: options.headers ?? {},
    budget: { requests: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY, per: 60_000, ...budget },
    cooldown: options.cooldown ?? 1000,
    bandwidth: options.bandwidth ?? 1e6,
  };
  checkRange('cloud.when.confidenceBelow', settings.confidenceBelow, 0, 1.01, false);
  checkRange('cloud.when.largerThan', settings.largerThan, 0, Number.POSITIVE_INFINITY, false);
  checkRange('cloud.timeout', settings.timeout, 1, 2 ** 31 - 1, false);
  checkRange('cloud.retries', settings.retries, 0, 10, true);
  checkRange('cloud.cooldown', settings.cooldown, 1, 2 ** 25, false);
  checkRange('cloud.bandwidth', settings.bandwidth, 1, 1e12, false);
  checkRange('cloud.budget.per', settings.budget.per, 1, 2 ** 31 - 1, false);
  return settings;
}
