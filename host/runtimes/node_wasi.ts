/** `node:wasi` without the warning that it is experimental, and with nothing else silenced. */
import type { WASI } from 'node:wasi';

type WasiModule = typeof import('node:wasi');
/** Options of the constructor of {@link WASI}. */
export type WasiOptions = ConstructorParameters<typeof WASI>[0];

let loading: Promise<WasiModule> | undefined;

/** Runs `body` while exactly one warning is kept back: the one that WASI is experimental. */
async function withoutWasiWarning<T>(body: () => Promise<T> | T): Promise<T> {
  const original = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (/^WASI is an experimental feature/.test(text)) return;
    Reflect.apply(original, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return await body();
  } finally {
    process.emitWarning = original;
  }
}

/** A new WASI preview 1 host. */
export async function createWasi(options: WasiOptions): Promise<WASI> {
  return withoutWasiWarning(async () => {
    loading ??= import('node:wasi');
    const { WASI } = await loading;
    return new WASI(options);
  });
}
