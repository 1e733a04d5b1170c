/** Result structs in the memory of an instance, for any host: see docs/abi.md. */
import { EdgeInferError, type ExitCode } from '../errors.js';

/** Reads a result struct: little endian, 4-byte fields. Valid until the next call of the instance. */
export class ResultView {
  readonly #view: DataView;

  constructor(
    readonly buffer: ArrayBufferLike,
    readonly address: number,
  ) {
    this.#view = new DataView(buffer);
  }

  u32(offset: number): number {
    return this.#view.getUint32(this.address + offset, true);
  }

  f32(offset: number): number {
    return this.#view.getFloat32(this.address + offset, true);
  }

  /** Text of {address, length} at `offset`. */
  text(offset: number): string {
    return this.textAt(this.u32(offset), this.u32(offset + 4));
  }

  textAt(address: number, length: number): string {
    return new TextDecoder().decode(new Uint8Array(this.buffer, address, length));
  }

  /** A copy of the bytes at an address. */
  bytesAt(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer, address, length).slice();
  }

  u32At(address: number): number {
    return this.#view.getUint32(address, true);
  }

  f32At(address: number): number {
    return this.#view.getFloat32(address, true);
  }

  /** Throws the guest's error, if the result is one: status, code, message, hint. */
  throwIfFailed(): void {
    const status = this.u32(0);
    if (status === 0) return;
    const hint = this.text(20);
    throw new EdgeInferError({
      code: this.text(4) || 'GUEST_FAILED',
      message: this.text(12) || 'the guest failed',
      ...(hint === '' ? {} : { hint }),
      exitCode: status as ExitCode,
    });
  }
}
