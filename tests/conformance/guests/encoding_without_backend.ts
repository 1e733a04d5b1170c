/** An encoding for which the host has no backend (pytorch) is unsupported_operation (6). */
import { loadBytes } from './nn';
import { readFile, say } from './print';
export function _start(): void {
  say('load', loadBytes(readFile('identity_f32/model.onnx'), 3));
}
