/** A thousand contexts at once. */
import { computeAndPrint, loadName, must, newContext, OUT, setFloats } from './nn';
export function _start(): void {
  must('load_by_name', loadName('identity_f32'));
  const graph = load<u32>(OUT);
  let last: u32 = 0;
  for (let i = 0; i < 1000; i++) last = newContext(graph);
  must('set_input', setFloats(last, 0, 1));
  computeAndPrint(last);
}
