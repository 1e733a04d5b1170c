/** Imports all twelve functions of WasmEdge's ABI. */
import { nn_compute } from '../../../assembly/nn/imports_witx';
import {
  nn_compute_single,
  nn_fini_single,
  nn_finalize_execution_context,
  nn_get_output_single,
  nn_load_by_name_with_config,
  nn_unload,
} from './imports_extras';
import { BUFFER, must, newContext, OUT, printFloats, setFloats } from './nn';
import { print } from './print';
export function _start(): void {
  const name = String.UTF8.encode('identity_f32');
  const config = String.UTF8.encode('{}');
  must(
    'load_by_name_with_config',
    nn_load_by_name_with_config(
      changetype<usize>(name),
      name.byteLength,
      changetype<usize>(config),
      config.byteLength,
      OUT,
    ),
  );
  const graph = load<u32>(OUT);
  const context = newContext(graph);
  must('set_input', setFloats(context, 0, 1));
  print(nn_compute_single(context) != 0 ? 'does not stream' : 'streams');
  print(nn_get_output_single(context, 0, BUFFER, 16, OUT) != 0 ? 'no piece' : 'a piece');
  nn_fini_single(context);
  must('compute', nn_compute(context));
  printFloats(context, 0);
  must('finalize_execution_context', nn_finalize_execution_context(context));
  must('unload', nn_unload(graph));
}
