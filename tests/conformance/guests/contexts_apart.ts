/** Contexts of one graph do not share inputs or outputs. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import { loadName, must, newContext, OUT, printFloats, setFloats } from './nn';
export function _start(): void {
  must('load_by_name', loadName('identity_f32'));
  const graph = load<u32>(OUT);
  const first = newContext(graph);
  const second = newContext(graph);
  must('set_input', setFloats(first, 0, 1));
  must('set_input', setFloats(second, 0, 5));
  must('compute', nn_compute(second));
  must('compute', nn_compute(first));
  printFloats(first, 0);
  printFloats(second, 0);
}
