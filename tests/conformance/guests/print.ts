/** Output of a guest: text and numbers, one thing a line. */
import { fd_read, fd_write, path_open } from '../../../assembly/wasi/imports';

const VECTOR: usize = memory.data(16, 8);

function write(at: usize, length: usize): void {
  store<usize>(VECTOR, at);
  store<usize>(VECTOR, length, 4);
  fd_write(1, VECTOR, 1, VECTOR + 8);
}

export function print(text: string): void {
  const bytes = String.UTF8.encode(text + '\n');
  write(changetype<usize>(bytes), bytes.byteLength);
}

/** `what: number` */
export function say(what: string, value: u32): void {
  print(what + ': ' + value.toString());
}

/** Bytes of a file in the first folder that the guest sees. */
export function readFile(name: string): ArrayBuffer {
  const text = String.UTF8.encode(name);
  path_open(3, 0, changetype<usize>(text), text.byteLength, 0, 2, 0, 0, VECTOR + 8);
  const file = load<i32>(VECTOR, 8);
  const bytes = new ArrayBuffer(4096);
  store<usize>(VECTOR, changetype<usize>(bytes));
  store<usize>(VECTOR, bytes.byteLength, 4);
  fd_read(file, VECTOR, 1, VECTOR + 8);
  return bytes.slice(0, load<i32>(VECTOR, 8));
}
