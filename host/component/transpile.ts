/** Components of others in this process: transpiled by jco, once for each component, kept beside the runtimes. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT, messageOf } from '../errors.js';
import { loadComponentTools } from './tools.js';

const MAIN = 'component';

/**
 * The JavaScript form of a component: the file that exports `instantiate`, its core modules beside it.
 *
 * @param cache folder that is kept between runs
 * @throws EdgeInferError `COMPONENT_INVALID` (exit 3), `COMPONENT_TOOLS_MISSING` (exit 5)
 */
export async function transpileOnce(file: string, cache: string): Promise<string> {
  const component = readFileSync(file);
  const tools = await loadComponentTools();
  const key = createHash('sha256').update(component).update(`\0jco-transpile ${tools.version}`).digest('hex');
  const folder = path.join(cache, `component-${key.slice(0, 32)}`);
  const main = path.join(folder, `${MAIN}.js`);
  if (existsSync(main)) return main;
  let files: Record<string, Uint8Array>;
  try {
    ({ files } = await tools.transpileBytes(component, {
      name: MAIN,
      instantiation: 'sync',
      asyncMode: 'sync',
      wasiShim: false,
      noComponentErrorWrapping: false,
    }));
  } catch (cause) {
    throw new EdgeInferError({
      code: 'COMPONENT_INVALID',
      message: `cannot run the component (${file}): ${messageOf(cause).split('\n')[0]}`,
      hint: 'check that it is a whole component',
      exitCode: EXIT.input,
      cause,
    });
  }
  // Two processes may do so at once: each writes its own folder, and the last rename wins or finds the place taken.
  const partial = `${folder}.${randomBytes(4).toString('hex')}`;
  for (const [name, bytes] of Object.entries(files)) {
    const target = path.join(partial, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  // The folder lies outside of any package: its scripts are modules.
  writeFileSync(path.join(partial, 'package.json'), '{"type":"module"}\n');
  try {
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(main)) throw error;
  }
  return main;
}
