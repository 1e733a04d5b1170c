/** Compiles an entry of the benchmark with the settings of the artifacts; kept until a source changes. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHECKOUT } from '../machine/paths.js';

interface GuestBuild {
  compileGuest(name: string, abi: 0 | 1 | 2): Promise<Uint8Array>;
}
interface InputsBuild {
  hashInputs(root: string, half: 'guest'): string;
}

/** The build is JavaScript outside of dist/: it is found by its path. */
const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(join(CHECKOUT, 'scripts/build', file)).href)) as T;

/** File of assembly/entries/ENTRY.ts, compiled without a graph. */
export async function compileBenchGuest(entry: string): Promise<string> {
  const { hashInputs } = await load<InputsBuild>('inputs.mjs');
  const folder = join(CHECKOUT, 'dist/bench');
  const file = join(folder, `${entry}-${hashInputs(CHECKOUT, 'guest').slice(0, 16)}.wasm`);
  if (existsSync(file)) return file;
  const { compileGuest } = await load<GuestBuild>('guest.mjs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.part`, await compileGuest(entry, 0));
  renameSync(`${file}.part`, file);
  return file;
}
