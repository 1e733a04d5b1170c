/** Wasmtime with the ONNX and OpenVINO backends: compiled here, once, from the crate in host/runtimes/wasmtime. */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../errors.js';
import { run } from './command.js';
import type { InstallContext } from './context.js';
import { hashInputs, type InstalledRuntime } from './manifest.js';
import { installOnnxRuntime, onnxRuntimeVersion } from './onnxruntime.js';
import { installOpenvino, OPENVINO_VERSION } from './openvino.js';

/** `rust-version` of wasmtime-cli. */
const RUST_NEEDED = '1.95';

/** Hash of what Wasmtime is made from. */
export function wasmtimeInputs(context: InstallContext): string {
  const texts = ['wasmtime', process.arch, onnxRuntimeVersion(), OPENVINO_VERSION];
  return hashInputs(texts, [context.sources('wasmtime')]);
}

/** Compiles Wasmtime (about ten minutes on two cores) and gets its libraries. */
export async function installWasmtime(context: InstallContext): Promise<InstalledRuntime> {
  const onnxruntime = installOnnxRuntime(context);
  const program = await build(context);
  const env: Record<string, string> = { ORT_DYLIB_PATH: onnxruntime };
  const backends = ['onnx'];
  try {
    env.LD_LIBRARY_PATH = await installOpenvino(context);
    backends.push('openvino');
  } catch (error) {
    if (context.signal?.aborted) throw error;
    context.progress.say(`warning: Wasmtime goes without OpenVINO: ${messageOf(error)}`);
  }
  const text = await run({
    program,
    args: ['--version'],
    env,
    purpose: 'starting Wasmtime',
    missing: 'run it again with --force',
  });
  return {
    version: /\d+\.\d+\.\d+/.exec(text)?.[0] ?? text.trim(),
    command: [program],
    env,
    backends,
    inputs: wasmtimeInputs(context),
  };
}

async function build(context: InstallContext): Promise<string> {
  const target = context.at('build', 'wasmtime');
  await context.progress.step('Wasmtime, compiled with cargo', (update) =>
    run({
      program: 'cargo',
      args: ['build', '--release', '--locked'],
      cwd: context.sources('wasmtime'),
      env: {
        CARGO_TARGET_DIR: target,
        // Cargo counts crates only where it draws its bar.
        CARGO_TERM_PROGRESS_WHEN: 'always',
        CARGO_TERM_PROGRESS_WIDTH: '100',
        CARGO_TERM_COLOR: 'never',
      },
      signal: context.signal,
      purpose: 'compiling Wasmtime',
      missing: `install Rust ${RUST_NEEDED} or newer (rustup)`,
      failed: `check that Rust is ${RUST_NEEDED} or newer (rustup update)`,
      onLine: (line) => {
        const what = cargoProgress(line);
        if (what !== undefined) update(what);
      },
    }),
  );
  const folder = await context.replace('wasmtime', async (fresh) => {
    mkdirSync(fresh, { recursive: true });
    copyFileSync(path.join(target, 'release', 'wasmtime'), path.join(fresh, 'wasmtime'));
  });
  // Most of a gigabyte that nothing needs again before the crate changes.
  rmSync(target, { recursive: true, force: true });
  return path.join(folder, 'wasmtime');
}

/**
 * What cargo's bar says, if it is a line of it.
 *
 * @example
 * cargoProgress('    Building [====>   ] 212/410: cranelift-codegen') // 'compiling 212/410'
 */
export function cargoProgress(line: string): string | undefined {
  const crates = /Building \[[^\]]*\] (\d+\/\d+)/.exec(line);
  if (crates !== null) return `compiling ${crates[1]}`;
  const downloads = /Downloading \[[^\]]*\] (\d+\/\d+)/.exec(line) ?? /Downloading (\d+ crates?)/.exec(line);
  return downloads === null ? undefined : `downloading ${downloads[1]}`;
}
