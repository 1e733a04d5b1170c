/**
 * Gets the native runtimes that tests and users of this checkout need: `npm run runtimes -- [NAME ...] [--force]`,
 * all of them when none is named.
 */
import { EdgeInferError, EXIT, formatErrorText, toEdgeInferError } from '../host/errors.js';
import {
  defaultRuntimesRoot,
  INSTALLABLE,
  type InstallableName,
  installRuntimes,
} from '../host/runtimes/install/index.js';

function isInstallable(name: string): name is InstallableName {
  return (INSTALLABLE as readonly string[]).includes(name);
}

async function main(args: readonly string[]): Promise<void> {
  const names: InstallableName[] = [];
  for (const name of args.filter((arg) => arg !== '--force')) {
    if (isInstallable(name)) names.push(name);
    else {
      throw new EdgeInferError({
        code: 'USAGE',
        message: `unknown runtime (${name})`,
        hint: `use ${INSTALLABLE.join(', ')} or --force`,
        exitCode: EXIT.usage,
      });
    }
  }
  const cancel = new AbortController();
  process.once('SIGINT', () => cancel.abort());
  const manifest = await installRuntimes(names, {
    signal: cancel.signal,
    onProgress: (line) => process.stderr.write(`runtimes: ${line}\n`),
    force: args.includes('--force'),
  });
  for (const name of INSTALLABLE) {
    const found = manifest[name];
    const what = found === undefined ? 'not installed' : `${found.version} (${found.backends.join(', ')})`;
    process.stdout.write(`${name}: ${what}\n`);
  }
  process.stdout.write(`in ${defaultRuntimesRoot()}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  const error = toEdgeInferError(thrown);
  process.stderr.write(`${formatErrorText(error)}\n`);
  process.exitCode = error.exitCode;
}
