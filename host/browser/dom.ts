/** The part of a browser's interface that is used, typed without the DOM library, which would leak into the code for Node. */

/** A picture that a browser decoded or drew; all that `createImageBitmap` takes. */
export interface DrawableSource {
  readonly width: number | { readonly baseVal: unknown };
  readonly height: number | { readonly baseVal: unknown };
}

/** RGBA pixels of a canvas. */
export interface PixelData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A decoded picture that can travel to a worker. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

/** A frame of WebCodecs. */
export interface Frame {
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  close(): void;
}

/** A playing video. */
export interface Video {
  readonly videoWidth: number;
  readonly videoHeight: number;
}

interface Context2d {
  drawImage(picture: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): PixelData;
}

/** A thread of the browser. */
export interface BrowserWorker {
  postMessage(message: unknown, transfer: readonly object[]): void;
  terminate(): void;
  addEventListener(kind: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(kind: 'error' | 'messageerror', listener: (event: { message?: string }) => void): void;
}

interface BrowserGlobals {
  readonly crossOriginIsolated?: boolean;
  readonly navigator: { readonly hardwareConcurrency?: number; readonly gpu?: object };
  readonly location: { readonly href: string };
  readonly Worker: new (url: URL, options: { type: 'module'; name: string }) => BrowserWorker;
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    width: number;
    height: number;
    getContext(kind: '2d', options: { willReadFrequently: boolean }): Context2d | null;
  };
  createImageBitmap(source: object): Promise<Bitmap>;
}

/** The global object of a page or a worker. */
export const Browser = globalThis as unknown as BrowserGlobals;
