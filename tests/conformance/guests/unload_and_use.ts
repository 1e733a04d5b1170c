/** A graph or context that was given back is invalid_argument (1); a context outlives its graph. */
import { nn_compute, nn_init_execution_context } from '../../../assembly/nn/imports_witx';
import { nn_finalize_execution_context, nn_unload } from './imports_extras';
import { computeAndPrint, loadName, must, newContext, OUT, setFloats } from './nn';
import { say } from './print';
export function _start(): void {
  must('load_by_name', loadName('identity_f32'));
  const graph = load<u32>(OUT);
  const context = newContext(graph);
  must('unload', nn_unload(graph));
  say('unload again', nn_unload(graph));
  say('init_execution_context', nn_init_execution_context(graph, OUT));
  must('set_input', setFloats(context, 0, 1));
  computeAndPrint(context);
  must('finalize_execution_context', nn_finalize_execution_context(context));
  say('compute', nn_compute(context));
}
