/** Modules compiled ahead of time: once for each module, runtime and version, kept beside the runtimes. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** What identifies a compiled module, and how it is made. */
export interface AotRequest {
  /** The wasm file. */
  module: string;
  /** Name and version of the compiler, and all options that change its output. */
  compiler: string;
  /** `.cwasm`, `.wasm`. */
  extension: string;
  /** Folder of the cache. */
  cache: string;
  /** Compiles `module` into `output`; gives the exit code. */
  compile(output: string): Promise<number>;
}

/** A compiled module, or why there is none. */
export type AotResult = { file: string } | { why: string };

/**
 * Gives the compiled form of a module, compiling it when the cache has none. Two processes may do so at once:
 * each writes its own file and the last rename wins.
 */
export async function compileOnce(request: AotRequest): Promise<AotResult> {
  const key = createHash('sha256')
    .update(readFileSync(request.module))
    .update(`\0${request.compiler}\0${process.platform}\0${process.arch}`)
    .digest('hex')
    .slice(0, 32);
  const stem = path.basename(request.module, '.wasm');
  const file = path.join(request.cache, `${stem}-${key}${request.extension}`);
  if (existsSync(file)) return { file };
  const partial = `${file}.${randomBytes(4).toString('hex')}.part${request.extension}`;
  try {
    mkdirSync(request.cache, { recursive: true });
    const code = await request.compile(partial);
    if (code !== 0) return { why: `the compiler ended with code ${code}` };
    renameSync(partial, file);
    return { file };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(partial, { force: true });
  }
}
