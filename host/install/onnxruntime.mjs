/**
 * Runs after `npm install edge-infer`: makes sure that onnxruntime-node is there.
 *
 * onnxruntime-node's own install script downloads CUDA libraries on linux-x64 and fails without that network; npm
 * then removes the package, as it is an optional dependency, although all that is needed here lies in it. So a
 * private copy is kept in vendor/ where npm does not look: hard links, which cost no space, when the package is
 * there now and may be removed later; an install without scripts when it is not there at all.
 *
 * Never fails the install: a later use says what to run. Plain JavaScript, as nothing is built at this point.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const vendor = path.join(root, 'vendor', 'onnxruntime');
const version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).optionalDependencies[
  'onnxruntime-node'
];
const wanted = `onnxruntime-node@${version}`;

/** @param {string} line */
function say(line) {
  process.stderr.write(`edge-infer: ${line}\n`);
}

/** Folder of an installed package, seen from `from`. @param {string} name @param {string} from */
function find(name, from) {
  let folder;
  try {
    folder = path.dirname(createRequire(from).resolve(name));
  } catch {
    return undefined;
  }
  // Not every package lets its package.json be resolved, and there may be one without a name on the way up.
  while (path.basename(folder) !== name) {
    if (path.dirname(folder) === folder) return undefined;
    folder = path.dirname(folder);
  }
  return folder;
}

/** True when the install script of onnxruntime-node has nothing to download here. */
function scriptIsHarmless() {
  const env = process.env;
  const flag = env.npm_config_onnxruntime_node_install ?? env.ONNXRUNTIME_NODE_INSTALL;
  if (flag === 'skip' || env.npm_config_ignore_scripts === 'true') return true;
  return process.platform !== 'linux' || process.arch !== 'x64';
}

/** Links (or copies) a tree, leaving out libraries of other platforms. @param {string} from @param {string} to */
function linkTree(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.name === 'node_modules' || isForeign(source)) continue;
    if (entry.isDirectory()) linkTree(source, target);
    else {
      try {
        linkSync(source, target);
      } catch {
        cpSync(source, target);
      }
    }
  }
}

/** True for the folder of another platform or architecture. @param {string} folder */
function isForeign(folder) {
  const at = /[\\/]bin[\\/]napi-v\d+[\\/]([^\\/]+)(?:[\\/]([^\\/]+))?$/.exec(folder);
  if (at === null) return false;
  return at[1] !== process.platform || (at[2] !== undefined && at[2] !== process.arch);
}

/** @param {string} found folder of onnxruntime-node */
function keepCopy(found) {
  const common = find('onnxruntime-common', path.join(found, 'package.json'));
  if (common === undefined) throw new Error('onnxruntime-common is missing');
  const modules = path.join(vendor, 'node_modules');
  linkTree(found, path.join(modules, 'onnxruntime-node'));
  linkTree(common, path.join(modules, 'onnxruntime-common'));
}

function install() {
  say(`installing ${wanted} without its install script`);
  mkdirSync(vendor, { recursive: true });
  writeFileSync(path.join(vendor, 'package.json'), '{"private":true}\n');
  const npm = process.env.npm_execpath;
  const args = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    wanted,
  ];
  const env = { ...process.env };
  // The outer npm may work globally or elsewhere: this one must not.
  for (const name of [
    'npm_config_global',
    'npm_config_prefix',
    'npm_config_location',
    'npm_config_local_prefix',
  ])
    delete env[name];
  const isNpm = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  if (isNpm)
    execFileSync(process.execPath, [npm, ...args], { cwd: vendor, env, stdio: ['ignore', 'ignore', 'pipe'] });
  else
    execFileSync('npm', args, {
      cwd: vendor,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    });
  const bin = path.join(vendor, 'node_modules', 'onnxruntime-node', 'bin');
  for (const api of existsSync(bin) ? readdirSync(bin) : []) {
    for (const platform of readdirSync(path.join(bin, api))) {
      const folder = path.join(bin, api, platform);
      if (isForeign(folder)) rmSync(folder, { recursive: true, force: true });
    }
  }
}

try {
  // In a checkout the package manager's lock file decides.
  const installed = root.split(path.sep).includes('node_modules');
  const found = find('onnxruntime-node', path.join(root, 'package.json'));
  const vendored = existsSync(path.join(vendor, 'node_modules', 'onnxruntime-node', 'package.json'));
  if (installed && !vendored) {
    if (found === undefined) install();
    else if (!scriptIsHarmless()) keepCopy(found);
  }
} catch (error) {
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
  say(`could not get ${wanted} (${why}); run: npm install --ignore-scripts ${wanted}`);
}
