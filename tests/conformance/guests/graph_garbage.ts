/** Bytes that are no graph are an error, and the host goes on. */
import { computeAndPrint, loadBytes, must, ONNX, openNamed, setFloats } from './nn';
import { print } from './print';
export function _start(): void {
  const bytes = new ArrayBuffer(64);
  for (let i: usize = 0; i < 64; i++) store<u8>(changetype<usize>(bytes) + i, <u8>(i * 91 + 7));
  print(loadBytes(bytes, ONNX) != 0 ? 'refused' : 'taken');
  print(loadBytes(new ArrayBuffer(0), ONNX) != 0 ? 'refused' : 'taken');
  const context = openNamed('identity_f32');
  must('set_input', setFloats(context, 0, 1));
  computeAndPrint(context);
}
