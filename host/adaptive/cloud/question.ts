/** From a picture to what a server is sent. */
import { createHash } from 'node:crypto';
import type { Engine } from '../../engine/engine.js';
import type { PreprocessedTensor } from '../../engine/results.js';
import type { Tensor, Tensors } from '../../engine/tensors.js';
import type { CloudDecision } from '../decision.js';
import type { Picture } from '../request.js';
import type { RemoteModel } from './client.js';
import { badAnswer, DATATYPES, type Question } from './protocol.js';
import type { Route } from './routes.js';
import type { SplitModel } from './split_model.js';

/** What a question is made of. */
export interface QuestionFacts {
  route: Exclude<Route, 'local_tail'>;
  source: Picture;
  /** What the server says of its model; undefined: nothing. */
  remote: RemoteModel | undefined;
  preprocessing: Engine;
  split: SplitModel | undefined;
}

/** A question, and what is told of it. */
export interface MadeQuestion {
  question: Question;
  /** Of the tensor, picture or features. */
  bytes: Uint8Array;
  input_sha256: string;
  compression?: NonNullable<CloudDecision['compression']>;
}

/**
 * Makes the question, and compares it with what the server takes before anything is sent.
 *
 * @throws EdgeInferError `CLOUD_ANSWER` (exit 6) when the server's model takes something else; as the engine for the picture
 */
export async function makeQuestion(facts: QuestionFacts, signal: AbortSignal): Promise<MadeQuestion> {
  const { route, source, remote, preprocessing, split } = facts;
  const [input] = remote?.inputs ?? [];
  if (remote === undefined || input === undefined) throw badAnswer('the model there has no input');
  if (route === 'picture') return pictureQuestion(source, input);
  if (route === 'tensor') {
    const tensor = await preprocessing.preprocess(source.source, { signal });
    const tensors = { [input.name]: typed(tensor) };
    checkInputs(tensors, remote);
    return { question: { tensors }, bytes: tensor.data, input_sha256: tensor.input_sha256 };
  }
  if (split === undefined) throw badAnswer('the model is not split');
  const { packed, input_sha256 } = await packedFeatures(split, source, input.name, signal);
  const { tensors, precision, max_abs_error, rms_error } = packed;
  checkInputs(tensors, remote);
  const { data } = tensors[input.name] as Tensor;
  return {
    question: { tensors },
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    input_sha256,
    compression: { precision, max_abs_error, rms_error },
  };
}

function pictureQuestion({ bytes, form }: Picture, input: RemoteModel['inputs'][number]): MadeQuestion {
  if (input.datatype !== 'BYTES') throw badAnswer(`${input.name} takes ${input.datatype}, not BYTES`);
  if (form.layout !== 0) throw badAnswer('raw pixels are no encoded picture');
  const input_sha256 = createHash('sha256').update(bytes).digest('hex');
  return { question: { picture: bytes, input: input.name }, bytes, input_sha256 };
}

async function packedFeatures(split: SplitModel, { source }: Picture, name: string, signal: AbortSignal) {
  const features = await split.features(source, signal);
  return { packed: split.pack(features, name), input_sha256: features.input_sha256 };
}

function checkInputs(tensors: Tensors, { inputs }: RemoteModel): void {
  for (const [name, { dtype, shape }] of Object.entries(tensors)) {
    const input = inputs.find((row) => row.name === name);
    if (input === undefined) throw badAnswer(`the model there has no input ${name}`);
    // A side of -1 is free.
    const sides = input.shape.map((side, place) => (side < 0 ? shape[place] : side));
    if (input.datatype !== DATATYPES[dtype] || sides.join() !== [...shape].join()) {
      const ours = `${DATATYPES[dtype]} ${shape.join('x')}`;
      throw badAnswer(`${name} takes ${input.datatype} ${input.shape.join('x')}, the card makes ${ours}`);
    }
  }
}

const TYPED = { f32: Float32Array, f16: Uint16Array, u8: Uint8Array, i8: Int8Array } as const;

function typed({ dtype, shape, data }: PreprocessedTensor): Tensor {
  const Type = TYPED[dtype];
  return {
    dtype,
    shape,
    data: new Type(data.buffer, data.byteOffset, data.byteLength / Type.BYTES_PER_ELEMENT),
  };
}
