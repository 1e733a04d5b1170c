/** edge_infer.wasm itself in a browser: its own command line, suspended while a graph runs (JSPI). */
import { EdgeInferError, EXIT, messageOf } from '../../errors.js';
import { Wasm, type WasmInstance, type WasmMemory } from '../../wasm.js';
import { Browser } from '../dom.js';
import { fetchBytes } from '../fetching.js';
import { loadOrt } from '../onnxruntime_web.js';
import { type BrowserEngineOptions, settingsOf } from '../options.js';
import { BrowserNn } from './nn.js';
import { BrowserWasi, GuestExit } from './wasi.js';

/** Options of {@link runInBrowser}. */
export interface BrowserRunOptions
  extends Pick<BrowserEngineOptions, 'provider' | 'threads' | 'onnxruntime'> {
  /**
   * What the guest sees: a name to bytes (a file in the folder `.`), or a name to the address of a folder, whose files are
   * fetched when they are opened.
   */
  files: Readonly<Record<string, Uint8Array | string | URL>>;
  /** Address of edge_infer.wasm. Default: where it lies in this package. */
  module?: string | URL;
}

/** How the guest ended. */
export interface BrowserRun {
  exitCode: number;
  stdout: string;
  stderr: string;
}

interface Jspi {
  readonly Suspending?: new (call: (...args: never[]) => Promise<number>) => object;
  readonly promising?: (call: unknown) => () => Promise<void>;
}

const jspi = (globalThis as unknown as { WebAssembly: Jspi }).WebAssembly;

/** True where guests can be suspended: `WebAssembly.Suspending` is there. */
export function canSuspend(): boolean {
  return jspi.Suspending !== undefined && jspi.promising !== undefined;
}

/** The file of a path: one that was given, or one beneath the address of a folder. */
async function readFile(files: BrowserRunOptions['files'], path: string): Promise<Uint8Array | undefined> {
  const name = path.replace(/^(\.\/)+/, '');
  const given = files[name];
  if (given instanceof Uint8Array) return given;
  const folder = Object.keys(files).find((key) => name.startsWith(`${key}/`));
  const address = folder === undefined ? undefined : files[folder];
  if (folder === undefined || address === undefined || address instanceof Uint8Array) return undefined;
  const base = `${new URL(address, Browser.location.href).href.replace(/\/$/, '')}/`;
  const { href } = new URL(name.slice(folder.length + 1), base);
  return href.startsWith(base) ? await fetchBytes(href).catch(() => undefined) : undefined;
}

/**
 * Runs edge_infer.wasm, the module that Wasmtime and WasmEdge run, with a command line: see docs/abi.md. The guest reads the
 * card, checks every hash and chooses the graph itself; the graph runs in ONNX Runtime Web.
 *
 * @throws EdgeInferError `JSPI_MISSING` (exit 5) where the browser cannot suspend WebAssembly
 * @example
 * const { stdout } = await runInBrowser(['classify', 'photo.jpg', '--model', 'model', '--json'], {
 *   files: { 'photo.jpg': bytes, model: '/models/cifar10/' },
 * });
 */
export async function runInBrowser(args: readonly string[], options: BrowserRunOptions): Promise<BrowserRun> {
  const { Suspending, promising } = jspi;
  if (Suspending === undefined || promising === undefined) {
    throw new EdgeInferError({
      code: 'JSPI_MISSING',
      message: 'this browser cannot suspend WebAssembly (JSPI): WebAssembly.Suspending is missing',
      hint: 'use createBrowserEngine, which needs no JSPI and gives the same answers',
      exitCode: EXIT.runtime,
    });
  }
  const { files, module, ...engine } = options;
  const settings = settingsOf({ model: '.', ...engine });
  const url = new URL(
    module ?? new URL('../../../wasm/edge_infer.wasm', import.meta.url),
    Browser.location.href,
  );
  let instance: WasmInstance | undefined;
  const memory = () => instance?.exports.memory as WasmMemory;
  const wasi = new BrowserWasi(memory, ['edge_infer', ...args], ['.'], (_, path) => readFile(files, path));
  const nn = new BrowserNn(() => loadOrt(settings), settings.provider);
  const suspended = (calls: Readonly<Record<string, (...args: never[]) => Promise<number>>>) =>
    Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, new Suspending(call)]));
  instance = await Wasm.instantiate(await Wasm.compile(await fetchBytes(url.href)), {
    wasi_snapshot_preview1: { ...wasi.immediate, ...suspended(wasi.suspending) },
    wasi_ephemeral_nn: { ...nn.immediate, ...suspended(nn.suspending) },
  });
  nn.bind(memory());
  let exitCode = 0;
  try {
    await promising(instance.exports._start)();
  } catch (thrown) {
    if (!(thrown instanceof GuestExit)) {
      throw new EdgeInferError({
        code: 'GUEST_TRAPPED',
        message: `the guest stopped: ${messageOf(thrown)}`,
        hint: 'report it, with the picture',
        exitCode: EXIT.runtime,
        cause: thrown,
      });
    }
    exitCode = thrown.exitCode;
  } finally {
    await nn.close();
  }
  return { exitCode, stdout: wasi.text(1), stderr: wasi.text(2) };
}
