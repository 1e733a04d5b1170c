/**
 * edge_postprocess.wasm: outputs of a graph to the answer of any task, for hosts that run the graph themselves, and the
 * kernels for hosts with heads of their own. No imports at all, no codecs. See docs/abi.md.
 */

import { Answer, answer } from '../answer';
import { plan } from '../card/plan';
import { checkPriors } from '../card/priors';
import { EXIT_USAGE, faultBegin, faultTry, faultWhy } from '../fault';
import { layOut, layOutInput } from '../geometry';
import { RESIZE_SIZE, resizeErrorText } from '../kernels/resize/status';
import { ready } from '../reactor/open_card';
import { answerResult, callBegin, closeResult, faultAddress, inMemory } from '../reactor/results';
import { answerOutputs, wanted } from '../tasks';
import { setOutput } from '../tasks/outputs';

export { edge_alloc, edge_open_card, edge_reset } from '../reactor/open_card';
export {
  edge_argmax,
  edge_decode_priors,
  edge_decode_yolo,
  edge_dequantize,
  edge_keep,
  edge_l2_normalize,
  edge_nearest,
  edge_nms,
  edge_sigmoid,
  edge_softmax,
  edge_top_k,
} from '../reactor/postprocess';

/**
 * Priors of an SSD head, f32[boxes][4], for the card that is open: they are used where they lie and must stay there.
 * The address of a result head.
 */
export function edge_set_priors(priors: usize, length: usize): usize {
  callBegin();
  if (!inMemory(priors, length)) faultAddress();
  else if (ready() && checkPriors(length)) plan.priors = priors;
  return closeResult(answerResult());
}

/**
 * Outputs of the graph -> address of a ClassifyResult, without times, graph and tensor.
 *
 * @param outputs rows of {address, length}, one for each output of the card
 * @param width, height of the picture, as edge_preprocess gives them; 0: the picture is the input itself
 * @param top, threshold, iou 0: what the card says
 * @param ownMask 1: the mask as the graph has it, not of the picture's size
 */
export function edge_answer(
  outputs: usize,
  width: i32,
  height: i32,
  top: i32,
  threshold: f32,
  iou: f32,
  ownMask: i32,
): usize {
  callBegin();
  wanted.top = top;
  wanted.threshold = threshold;
  wanted.iou = iou;
  wanted.ownMask = ownMask;
  if (ready() && takeOutputs(outputs) && takePicture(width, height)) answerOutputs();
  return closeResult(answerResult());
}

function takeOutputs(outputs: usize): bool {
  if (!inMemory(outputs, (<usize>plan.outputCount) << 3)) {
    faultAddress();
    return false;
  }
  for (let i = 0; i < plan.outputCount; i++) {
    const row = outputs + ((<usize>i) << 3);
    const address = load<usize>(row);
    const length = load<usize>(row, 4);
    if (!inMemory(address, length)) {
      faultAddress();
      return false;
    }
    setOutput(i, address, length);
  }
  if (plan.priorsPath == 0 || plan.priors != 0) return true;
  faultBegin(EXIT_USAGE, 'USAGE_NO_PRIORS', 'the priors are missing');
  faultTry('Call edge_set_priors first');
  return false;
}

function takePicture(width: i32, height: i32): bool {
  memory.fill(changetype<usize>(answer), 0, offsetof<Answer>());
  if (width == 0) layOutInput();
  const status = width == 0 ? 0 : width < 1 || height < 1 ? RESIZE_SIZE : layOut(width, height);
  if (status == 0) return true;
  faultBegin(EXIT_USAGE, 'USAGE_VALUE', 'bad request');
  faultWhy(resizeErrorText(status, plan.profile));
  return false;
}
