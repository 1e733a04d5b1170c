/** The first graph and the first context have the number 0, which is valid. */
import { computeAndPrint, loadName, must, newContext, OUT, setFloats } from './nn';
import { say } from './print';
export function _start(): void {
  must('load_by_name', loadName('identity_f32'));
  const graph = load<u32>(OUT);
  say('graph', graph);
  const context = newContext(graph);
  say('context', context);
  must('set_input', setFloats(context, 0, 1));
  computeAndPrint(context);
}
