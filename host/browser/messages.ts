/** What travels between a page and its worker. */
import { EdgeInferError, type EdgeInferErrorInit, toEdgeInferError } from '../errors.js';
import type { BrowserSettings } from './options.js';
import type { PictureMessage } from './pictures.js';
import type { BrowserAnswers, BrowserClassification, BrowserTensor, OpenedModel } from './pipeline.js';
import type { BrowserTask, Wanted } from './postprocess.js';

/** Work for the worker. */
export type Call =
  | { readonly kind: 'open'; readonly settings: BrowserSettings }
  | {
      readonly kind: 'classify';
      readonly picture: PictureMessage;
      readonly top: number;
      readonly threshold: number;
    }
  | { readonly kind: BrowserTask; readonly picture: PictureMessage; readonly wanted: Wanted }
  | { readonly kind: 'preprocess'; readonly picture: PictureMessage };

/** What each kind of work gives. */
export interface Answers extends BrowserAnswers {
  open: OpenedModel;
  classify: BrowserClassification;
  preprocess: BrowserTensor;
}

/** An error without its class and its cause, which do not travel. */
export type PlainError = Omit<EdgeInferErrorInit, 'cause'>;

/** From the page. */
export interface Request {
  readonly id: number;
  readonly call: Call;
}

/** From the worker. */
export type Reply = { readonly id: number; readonly memoryBytes: number } & (
  | { readonly answer: Answers[Call['kind']] }
  | { readonly error: PlainError }
);

export function plainError(thrown: unknown): PlainError {
  const { code, message, hint, exitCode } = toEdgeInferError(thrown);
  return { code, message, hint, exitCode };
}

export function errorOf(plain: PlainError): EdgeInferError {
  return new EdgeInferError(plain);
}
