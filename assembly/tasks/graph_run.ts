/**
 * What every task begins with: the tensor of the answer at hand -> graph -> its outputs.
 */

import { answer } from '../answer';
import { cardOutput, dtypeBytes, LAYOUT_NCHW, plan } from '../card/plan';
import {
  EXIT_MODEL,
  EXIT_RUNTIME,
  faultBegin,
  faultExit,
  faultMessage,
  faultTry,
  faultWhere,
  faultWhy,
} from '../fault';
import { putDetail } from '../graphs';
import { compute, getOutput, outputBytes, outputLength, setInput } from '../nn/graph';
import { nnErrorText } from '../nn/status';
import { faultMemory } from '../package';
import { OUT_OF_MEMORY } from '../status';
import { setOutput } from './outputs';

const DIMENSIONS: usize = memory.data(16, 4);
/** Room for an output beyond what the labels ask for: some backends write past a buffer that is too small. */
const SPARE: usize = 262144;

/** Runs the graph on the tensor of the answer at hand and takes the outputs that the card names; the exit code. */
export function runGraph(): i32 {
  const planar = plan.layout == LAYOUT_NCHW;
  store<i32>(DIMENSIONS, 1);
  store<i32>(DIMENSIONS, planar ? plan.channels : plan.height, 4);
  store<i32>(DIMENSIONS, planar ? plan.height : plan.width, 8);
  store<i32>(DIMENSIONS, planar ? plan.width : plan.channels, 12);
  let status = setInput(
    plan.inputName,
    plan.inputNameLength,
    DIMENSIONS,
    4,
    plan.dtype,
    answer.tensor,
    answer.tensorLength,
  );
  if (status != 0) return faultGraph('the graph refused the input', status);
  status = compute();
  if (status != 0) return faultGraph('the graph failed', status);
  for (let i = 0; i < plan.outputCount; i++) {
    const row = cardOutput(i);
    const elements = <usize>max(row.elements, (plan.labelCount + plan.classOffset) << 1);
    status = getOutput(i, elements * dtypeBytes(row.dtype) + SPARE, i == plan.outputCount - 1);
    if (status == OUT_OF_MEMORY) {
      faultMemory();
      return faultExit;
    }
    if (status != 0) return faultGraph('the graph gave no output', status);
    setOutput(i, outputBytes(), outputLength());
  }
  return 0;
}

function faultGraph(what: string, status: i32): i32 {
  // Refused arguments mean a model that does not fit its card, and so does a failing backend (305, 313): it is all that
  // Wasmtime says of a wrong shape, and a graph that was loaded seldom fails for another reason. All else is the runtime's.
  const misfit =
    status == 301 ||
    status == 303 ||
    status == 305 ||
    status == 307 ||
    status == 310 ||
    status == 313 ||
    status == 315;
  faultBegin(misfit ? EXIT_MODEL : EXIT_RUNTIME, misfit ? 'MODEL_MISFIT' : 'RUNTIME_GRAPH', what);
  faultWhere(plan.name, plan.nameLength);
  faultWhy(nnErrorText(status));
  putDetail(faultMessage);
  faultTry(misfit ? 'Check input and output of model.json against the graph, or try' : 'Try');
  faultTry(' another graph with --encoding or --precision');
  return faultExit;
}
