/** Result structs as Node reads them. */
import { createHash } from 'node:crypto';
import { ResultView } from './result_view.js';

/** A {@link ResultView} that hashes with Node's own SHA-256. */
export class ResultReader extends ResultView {
  /** SHA-256 of the bytes at an address, hexadecimal. */
  sha256At(address: number, length: number): string {
    return createHash('sha256')
      .update(new Uint8Array(this.buffer, address, length))
      .digest('hex');
  }
}
