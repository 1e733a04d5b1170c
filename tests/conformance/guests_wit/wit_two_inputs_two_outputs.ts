/** The order of inputs is free, outputs come in the graph's order. */
import { compute, floats, must, openNamed, printOutput, putInput, RESULT } from './nn';
export function _start(): void {
  const context = openNamed('sum_product');
  putInput(0, 'b', floats(4, 10));
  putInput(1, 'a', floats(4, 1));
  compute(context, 2);
  must('compute');
  const outputs = load<usize>(RESULT, 4);
  printOutput(outputs, 0);
  printOutput(outputs, 1);
}
