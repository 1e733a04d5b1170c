/** `node:wasi`: without the warning that it is experimental, and without the crash of Node 20. */
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

/** The functions of WASI preview 1 by the name of the module that guests import them from. */
export type WasiImports = Record<string, Record<string, (...args: (number | bigint)[]) => unknown>>;

/**
 * The imports of a WASI host, each behind a JavaScript function.
 *
 * Node 20 lets WebAssembly call node:wasi past JavaScript ("fast API calls"), which corrupts the heap when such a
 * call and a native module take turns: the process dies of a segmentation fault in some later garbage collection
 * (seen with 20.20.2; not with --no-turbo-fast-api-calls, not with Node 24). A JavaScript function in between rules
 * that path out and costs some nanoseconds a call. It also holds the host: one that is collected while its guest
 * still runs aborts the process.
 */
export function wasiImports(wasi: WASI): WasiImports {
  const imports: WasiImports = {};
  for (const [module, native] of Object.entries(wasi.getImportObject() as WasiImports)) {
    const wrapped: WasiImports[string] = {};
    for (const [name, call] of Object.entries(native)) wrapped[name] = (...args) => call.apply(wasi, args);
    imports[module] = wrapped;
  }
  return imports;
}
