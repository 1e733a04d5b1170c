/** A context goes on after its graph was dropped. */
import { graphDrop, graphInitContext } from '../../../assembly/nn/imports_wit';
import { compute, floats, loadName, must, printOutput, putInput, RESULT } from './nn';
export function _start(): void {
  loadName('identity_f32');
  must('load-by-name');
  const graph = load<i32>(RESULT, 4);
  graphInitContext(graph, RESULT);
  must('init-execution-context');
  const context = load<i32>(RESULT, 4);
  graphDrop(graph);
  putInput(0, 'x', floats(4, 1));
  compute(context, 1);
  must('compute');
  printOutput(load<usize>(RESULT, 4), 0);
}
