/** Imports the six portable functions and runs a graph. */
import { computeAndPrint, loadFile, must, newContext, openNamed, setFloats } from './nn';
export function _start(): void {
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  computeAndPrint(context);
  const second = newContext(loadFile('identity_f32/model.onnx'));
  must('set_input', setFloats(second, 0, 2));
  computeAndPrint(second);
}
