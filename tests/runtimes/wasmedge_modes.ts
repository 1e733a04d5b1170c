/** WasmEdge in all the ways in which a guest may meet the plug-in. */
import assert from 'node:assert/strict';
import type { InstalledRuntime } from '../../host/runtimes/install/index.js';
import { testWith } from '../support/requirements.js';
import { type Answers, installed, runInstalled } from './nn_guest.js';

/** Both versions that the plug-in is tested with. */
export const VERSIONS = ['wasmedge', 'wasmedge-0.14'] as const;
const MODES = ['interpreter', 'aot'] as const;
/** How WasmEdge executes a module. */
export type Mode = (typeof MODES)[number];

/** Runs a guest in one mode; `options` are those of `wasmedge run`. */
export async function inMode(
  runtime: InstalledRuntime,
  mode: Mode,
  guest: string,
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Answers> {
  const old = runtime.version.startsWith('0.14.');
  const quiet = old ? [] : ['--log-level', 'error'];
  if (mode === 'interpreter') {
    const flags = old ? ['--force-interpreter'] : ['--run-mode', 'interpreter'];
    return runInstalled(runtime, ['run', ...quiet, ...flags, ...options, guest], env);
  }
  const compiled = guest.replace(/\.wasm$/, `.${runtime.version}.so`);
  const { exitCode } = await runInstalled(runtime, ['compile', guest, compiled]);
  assert.equal(exitCode, 0, 'wasmedge compile');
  const flags = old ? [] : ['--run-mode', 'aot'];
  const answers = await runInstalled(runtime, ['run', ...quiet, ...flags, ...options, compiled], env);
  assert.doesNotMatch(answers.stdout, /interpreter mode instead/, 'WasmEdge refuses the compiled code');
  return answers;
}

/** The test body in every version and mode. */
export function everywhere(name: string, body: (runtime: InstalledRuntime, mode: Mode) => Promise<void>) {
  for (const version of VERSIONS) {
    testWith(
      `${version}: ${name}`,
      { runtime: installed(version) },
      async ({ runtime }, context) => {
        for (const mode of MODES) await context.test(mode, () => body(runtime, mode));
      },
      { timeout: 120_000 },
    );
  }
}
