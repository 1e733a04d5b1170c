/** What a browser engine is made with. */
import { Browser } from './dom.js';

/** Where ONNX Runtime Web computes. */
export type BrowserProvider = 'wasm' | 'webgpu';

/** Options of {@link createBrowserEngine}. */
export interface BrowserEngineOptions {
  /** Folder of a model package, as an address: absolute, or relative to the page. */
  model: string | URL;
  /** Work in a thread of its own, so that the page stays responsive. Default: true. */
  worker?: boolean;
  /** Default: `wasm`. `webgpu` fails where the browser has none. */
  provider?: BrowserProvider;
  /** Only graphs of this precision: `fp32`, `int8`. Default: the first ONNX graph of the card. */
  precision?: string;
  /** Threads of ONNX Runtime; more than one needs a page with COOP and COEP headers. Default: 1 without these, else up to 4. */
  threads?: number;
  /** How many requests may wait. Default: 16. */
  queue?: number;
  /** Address of edge_kernels.wasm. Default: where it lies in this package. */
  kernels?: string | URL;
  /** Address of edge_postprocess.wasm, for tasks other than `classify`. Default: where it lies in this package. */
  postprocess?: string | URL;
  /** Address of the folder `dist` of onnxruntime-web. Default: beside this package in node_modules. */
  onnxruntime?: string | URL;
}

/** The options with every default filled in, as they travel to the worker. */
export interface BrowserSettings {
  model: string;
  provider: BrowserProvider;
  precision: string | undefined;
  threads: number;
  kernels: string;
  postprocess: string;
  onnxruntime: string;
}

const MOST_THREADS = 4;

/** An address of a folder ends in a slash, so that names can be resolved in it. */
function folderUrl(url: string | URL): string {
  const { href } = new URL(url, Browser.location.href);
  return href.endsWith('/') ? href : `${href}/`;
}

/** Fills in the defaults. Addresses become absolute: a worker has another base. */
export function settingsOf(options: BrowserEngineOptions): BrowserSettings {
  const isolated = Browser.crossOriginIsolated === true;
  const cores = Browser.navigator.hardwareConcurrency ?? 1;
  // This file is dist/host/browser/options.js of the package.
  const kernels = options.kernels ?? new URL('../../wasm/edge_kernels.wasm', import.meta.url);
  const postprocess = options.postprocess ?? new URL('../../wasm/edge_postprocess.wasm', import.meta.url);
  const onnxruntime = options.onnxruntime ?? new URL('../../../../onnxruntime-web/dist/', import.meta.url);
  return {
    model: folderUrl(options.model),
    provider: options.provider ?? 'wasm',
    precision: options.precision,
    threads: options.threads ?? (isolated ? Math.min(MOST_THREADS, cores) : 1),
    kernels: new URL(kernels, Browser.location.href).href,
    postprocess: new URL(postprocess, Browser.location.href).href,
    onnxruntime: folderUrl(onnxruntime),
  };
}
