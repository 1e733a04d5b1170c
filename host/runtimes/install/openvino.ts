/** OpenVINO's libraries for Wasmtime, out of the wheel `openvino`. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../../errors.js';
import { run } from './command.js';
import type { InstallContext } from './context.js';

/** Version of the wheel. */
export const OPENVINO_VERSION = '2026.4.1';

const FOLDER = 'openvino';
const STAMP = '.version';
/** Wheels are made a Python version each; the libraries in them are the same. */
const WHEEL_PYTHON = '3.11';
/** Frontends and devices that WASI-NN has no use for: they are half of the wheel. */
const LEFT_OUT = /intel_(gpu|npu)|_(pytorch|tensorflow|tensorflow_lite|jax|paddle)_frontend/;

/**
 * Puts OpenVINO's libraries into one folder and gives it: with it in LD_LIBRARY_PATH any Wasmtime, a stock one too,
 * runs OpenVINO graphs.
 */
export async function installOpenvino(context: InstallContext): Promise<string> {
  const target = context.at(FOLDER);
  const stamp = path.join(target, STAMP);
  if (!context.force && existsSync(stamp) && readFileSync(stamp, 'utf8') === OPENVINO_VERSION) return target;
  const wheels = context.at('build', 'openvino');
  rmSync(wheels, { recursive: true, force: true });
  const python = (args: readonly string[], purpose: string) =>
    run({
      program: 'python3',
      args,
      signal: context.signal,
      purpose,
      missing: 'install Python 3 with pip (Debian: python3-pip); it is needed for OpenVINO only',
    });
  await context.progress.step(`OpenVINO ${OPENVINO_VERSION}, about 60 MB`, async () => {
    await python(
      [
        ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'],
        ...['--only-binary=:all:', '--python-version', WHEEL_PYTHON, '--implementation', 'cp'],
        ...['--dest', wheels, `openvino==${OPENVINO_VERSION}`],
      ],
      'downloading OpenVINO',
    );
    const wheel = readdirSync(wheels).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw broken('the wheel did not come');
    await context.replace(FOLDER, async (fresh) => {
      const unpack = [
        'import sys, zipfile',
        'z = zipfile.ZipFile(sys.argv[1])',
        "[open(sys.argv[2] + '/' + i.filename.rsplit('/', 1)[1], 'wb').write(z.read(i)) for i in z.infolist()",
        " if i.filename.startswith('openvino/libs/') and not i.is_dir()]",
      ].join('\n');
      await python(['-c', unpack, path.join(wheels, wheel), fresh], 'unpacking OpenVINO');
      for (const name of readdirSync(fresh)) if (LEFT_OUT.test(name)) rmSync(path.join(fresh, name));
      linkPlainName(fresh);
      writeFileSync(path.join(fresh, STAMP), OPENVINO_VERSION);
    });
    rmSync(wheels, { recursive: true, force: true });
  });
  return target;
}

/** Wasmtime opens `libopenvino_c.so`; the wheel has only `libopenvino_c.so.NNNN`. */
function linkPlainName(folder: string): void {
  const library = readdirSync(folder).find((name) => /^libopenvino_c\.so\.\d+$/.test(name));
  if (library === undefined) throw broken('the wheel has no libopenvino_c.so');
  symlinkSync(library, path.join(folder, 'libopenvino_c.so'));
}

function broken(why: string): EdgeInferError {
  return new EdgeInferError({
    code: 'STEP_FAILED',
    message: `OpenVINO ${OPENVINO_VERSION} cannot be used: ${why}`,
    hint: 'run it again',
    exitCode: EXIT.network,
  });
}
