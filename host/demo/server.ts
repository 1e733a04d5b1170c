/** The demo's server: files of this package and of one model, to this machine alone. */
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EdgeInferError, EXIT, isSystemError } from '../errors.js';
import { DemoFiles } from './files.js';

/** A server that listens. */
export interface DemoServer extends AsyncDisposable {
  /** `http://localhost:8080/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Threads need an isolated page; nothing may come from, or go to, another origin. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self' blob:; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self'; base-uri 'none'; form-action 'none'",
  'Permissions-Policy': 'camera=(self)',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

function respond(files: DemoFiles, request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const end = (status: number, text: string) =>
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    end(405, 'only GET and HEAD');
    return;
  }
  let pathname: string;
  try {
    pathname = decodeURIComponent((request.url ?? '/').replace(/[?#].*$/, ''));
  } catch {
    end(400, 'the address is not well-formed');
    return;
  }
  const found = files.find(pathname);
  if (found === undefined) {
    end(404, 'there is no such file');
    return;
  }
  response.writeHead(200, { 'Content-Type': found.type, 'Content-Length': statSync(found.file).size });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(found.file)
      .once('error', () => response.destroy())
      .pipe(response);
}

/**
 * Starts the server on this machine's own address.
 *
 * @param model absolute folder of a model package
 * @param port 0: any that is free
 * @throws EdgeInferError `PORT_IN_USE`, `ONNXRUNTIME_MISSING` (exit 5)
 */
export async function startDemo(model: string, port: number): Promise<DemoServer> {
  const files = new DemoFiles(model);
  const server = createServer((request, response) => respond(files, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const used = isSystemError(cause) && cause.code === 'EADDRINUSE';
      reject(
        new EdgeInferError({
          code: used ? 'PORT_IN_USE' : 'SERVER_FAILED',
          message: `cannot listen (localhost:${port}): ${used ? 'the port is in use' : cause.message}`,
          hint: 'give another --port, or 0 for any that is free',
          exitCode: EXIT.runtime,
          cause,
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close,
    [Symbol.asyncDispose]: close,
  };
}
