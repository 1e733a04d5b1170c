/** Which files the demo's server gives, and how they are called: only what the page needs. */
import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EdgeInferError, EXIT } from '../errors.js';
import { packageFile } from '../paths.js';

/** A folder at an address that ends in a slash, or one file. */
interface Mount {
  readonly prefix: string;
  readonly target: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

function onnxRuntimeWeb(): string {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));
  } catch (cause) {
    throw new EdgeInferError({
      code: 'ONNXRUNTIME_MISSING',
      message: 'the demo needs the npm package onnxruntime-web, which is not installed',
      hint: 'run: npm install onnxruntime-web@1.30.0',
      exitCode: EXIT.runtime,
      cause,
    });
  }
}

/** The files of the demo with one model package. */
export class DemoFiles {
  readonly #mounts: readonly Mount[];

  /** @param model absolute folder of the package, served as /model/ */
  constructor(model: string) {
    const own = (...parts: string[]) => packageFile(...parts);
    this.#mounts = [
      { prefix: '/model/', target: model },
      { prefix: '/sample.png', target: own('dist', 'sample', 'airplane.png') },
      { prefix: '/favicon.ico', target: own('host', 'demo', 'page', 'icon.svg') },
      { prefix: '/node_modules/edge-infer/dist/wasm/', target: own('dist', 'wasm') },
      { prefix: '/node_modules/edge-infer/dist/host/', target: own('dist', 'host') },
      { prefix: '/node_modules/onnxruntime-web/dist/', target: onnxRuntimeWeb() },
      { prefix: '/', target: own('host', 'demo', 'page') },
    ];
  }

  /** The file at a path of the server, with its type; undefined when there is none. Links that lead out are none. */
  find(pathname: string): { file: string; type: string } | undefined {
    const mount = this.#mounts.find(({ prefix }) =>
      prefix.endsWith('/') ? pathname.startsWith(prefix) : pathname === prefix,
    );
    if (mount === undefined) return undefined;
    const rest = pathname.slice(mount.prefix.length) || (mount.prefix === '/' ? 'index.html' : '');
    if (rest.split('/').includes('..') || rest.includes('\\') || rest.includes('\0')) return undefined;
    try {
      const root = realpathSync(mount.target);
      const file = realpathSync(rest === '' ? root : path.join(root, rest));
      const inside = file === root || file.startsWith(root + path.sep);
      if (!inside || !statSync(file).isFile()) return undefined;
      return { file, type: TYPES[path.extname(file)] ?? 'application/octet-stream' };
    } catch {
      return undefined;
    }
  }
}
