/** Compiles AssemblyScript entries for node:test suites. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Wasm, type WasmMemory } from '../../host/wasm.js';
import { CHECKOUT } from '../../scripts/machine/paths.js';

const SETTINGS = ['-O3', '--runtime', 'stub', '--enable', 'simd'];
let sourcesHash: string | undefined;

/** One hash of every file under assembly/ and of the compiler's version. */
function hashSources(): string {
  if (sourcesHash !== undefined) return sourcesHash;
  const hash = createHash('sha256').update(
    readFileSync(join(CHECKOUT, 'node_modules/assemblyscript/package.json')),
  );
  const folder = join(CHECKOUT, 'assembly');
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  sourcesHash = hash.digest('hex').slice(0, 24);
  return sourcesHash;
}

/**
 * WebAssembly bytes that `make` compiles from assembly/: kept in dist/test-wasm under a hash of all of assembly/ and of
 * `recipe` (whatever else they depend on), so a second call is a read.
 */
export async function keepCompiled(
  name: string,
  recipe: string,
  make: () => Promise<Uint8Array>,
): Promise<Buffer> {
  const folder = join(CHECKOUT, 'dist/test-wasm');
  const how = createHash('sha256').update(recipe).digest('hex').slice(0, 8);
  const kept = join(folder, `${name}-${hashSources()}-${how}.wasm`);
  if (existsSync(kept)) return readFileSync(kept);
  const made = await make();
  mkdirSync(folder, { recursive: true });
  // Unique and then renamed: test files run in parallel processes.
  const fresh = `${kept}.${process.pid}`;
  writeFileSync(fresh, made);
  renameSync(fresh, kept);
  return readFileSync(kept);
}

/**
 * WebAssembly bytes of `entry` (a path below the checkout, e.g. 'assembly/entries/kernel_testing.ts'), compiled with
 * -O3, the stub runtime and SIMD, once ({@link keepCompiled}).
 */
export function compileForTest(entry: string): Promise<Buffer> {
  return keepCompiled(basename(entry, '.ts'), SETTINGS.join(' '), async () => {
    const { default: asc } = await import('assemblyscript/asc');
    let binary: Uint8Array | undefined;
    const { error, stderr } = await asc.main(
      [entry, '--baseDir', CHECKOUT, '--outFile', 'out.wasm', ...SETTINGS],
      {
        writeFile: (_name: string, data: string | Uint8Array) => {
          if (typeof data !== 'string') binary = data;
        },
      },
    );
    assert.ok(
      error === null && binary !== undefined,
      `asc ${entry}: ${error?.message}\n${stderr.toString()}`,
    );
    return binary;
  });
}

/** A fresh instance: its memory, and its functions by name. */
export interface TestGuest {
  readonly memory: WasmMemory;
  readonly call: Record<string, (...args: number[]) => number>;
}

/** A fresh instance of `entry`; an abort of the guest is an error of the test. */
export async function instantiateForTest(entry: string): Promise<TestGuest> {
  const abort = () => assert.fail('the guest aborted');
  const { exports } = await Wasm.instantiate(await Wasm.compile(await compileForTest(entry)), {
    env: { abort },
  });
  return { memory: exports.memory as WasmMemory, call: exports as TestGuest['call'] };
}
