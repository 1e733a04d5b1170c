/** An encoding that no host knows is invalid_encoding (2). */
import { loadBytes } from './nn';
import { readFile, say } from './print';
export function _start(): void {
  say('load', loadBytes(readFile('identity_f32/model.onnx'), 200));
}
