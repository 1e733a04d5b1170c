/** `npm start [-- COMMAND ...]`: builds what is stale, then runs the command line; alone, it classifies the picture that the project drew. */
import { spawnSync } from 'node:child_process';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..');
// npm runs scripts in the package's folder; the paths that the user typed are relative to theirs.
const userFolder = process.env.INIT_CWD ?? process.cwd();

/** @returns {number} */
function run(/** @type {string[]} */ args, /** @type {string} */ cwd) {
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return signal === null ? (status ?? 1) : 130;
}

const built = run([join(checkout, 'scripts/build.mjs'), '--if-needed', '--quiet'], checkout);
if (built !== 0) process.exit(built);

let args = process.argv.slice(2);
if (args.length === 0) {
  const sample = relative(userFolder, join(checkout, 'dist/sample/airplane.png'));
  console.error(
    `no picture given: classifying ${sample}, which this project drew (npm start -- classify PHOTO takes yours)\n`,
  );
  args = ['classify', sample];
}
process.exitCode = run([join(checkout, 'dist/host/cli/main.js'), ...args], userFolder);
