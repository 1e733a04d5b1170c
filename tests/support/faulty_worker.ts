/** A worker of the engine that breaks when it is asked to: `top` of a request says how. */
import { serve } from '../../host/engine/worker.js';
import { Wasm } from '../../host/wasm.js';
import { FAULTS } from './faults.js';

/** (module (func (export "f") BODY)) */
function run(...body: number[]): void {
  const code = [0, ...body, 0x0b];
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0],
    ...[3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0],
    ...[10, code.length + 2, 1, code.length, ...code],
  ];
  const { exports } = new Wasm.Instance(new Wasm.Module(Uint8Array.from(bytes)));
  (exports.f as () => void)();
}

serve((job) => {
  if (job.kind !== 'classify') return;
  switch (job.top) {
    case FAULTS.trap:
      return run(0x00); // unreachable
    case FAULTS.loop:
      return run(0x03, 0x40, 0x0c, 0, 0x0b); // loop br 0 end
    case FAULTS.exit:
      return process.exit(7);
    case FAULTS.heap: {
      const kept: number[][] = [];
      for (;;) kept.push(new Array(1e5).fill(kept.length));
    }
  }
  if (job.top > FAULTS.sleep) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, job.top - FAULTS.sleep);
  }
});
