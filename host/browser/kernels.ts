/** edge_kernels.wasm in a browser: pictures to tensors, scores to classes. docs/abi.md. */
import { type Prediction, readPredictions, type Size } from '../engine/results.js';
import { CardModule, type CardModuleExports } from './card_module.js';
import { sha256 } from './fetching.js';
import type { BrowserPackage } from './model_package.js';

interface KernelExports extends CardModuleExports {
  edge_preprocess(image: number, length: number, width: number, height: number, layout: number): number;
  edge_postprocess(output: number, length: number, top: number, threshold: number): number;
}

/** Pixels as the module takes them: an encoded file with layout 0, or raw pixels. */
export interface KernelPicture extends Size {
  readonly bytes: Uint8Array;
  readonly layout: number;
}

/** A tensor as the module makes it. */
export interface KernelTensor {
  readonly dtype: 'f32' | 'f16' | 'u8' | 'i8';
  readonly shape: number[];
  /** A copy. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly input_sha256: string;
  /** Size of the picture: upright, unless the card takes pictures as they are stored. */
  readonly picture: Size;
}

const DTYPES = ['f32', 'f16', 'u8', 'i8'] as const;
/** The module leaves the SHA-256 to its host, whose own is several times as fast. */
const LAYOUT_HOST_HASHES = 1 << 24;

/** One instance with one open card. */
export class BrowserKernels {
  private constructor(private readonly module: CardModule<KernelExports>) {}

  /** @throws EdgeInferError as {@link CardModule.open} */
  static async open(url: string, model: BrowserPackage): Promise<BrowserKernels> {
    return new BrowserKernels(await CardModule.open<KernelExports>(url, model));
  }

  /** Bytes of the instance's memory, which never shrinks. */
  get memoryBytes(): number {
    return this.module.memoryBytes;
  }

  /**
   * The tensor that the graph is fed.
   *
   * @throws EdgeInferError exit 3 for the picture
   */
  async preprocess({ bytes, width, height, layout }: KernelPicture): Promise<KernelTensor> {
    const { module } = this;
    const { exports } = module;
    const result = module.call(() =>
      exports.edge_preprocess(module.put(bytes), bytes.length, width, height, layout | LAYOUT_HOST_HASHES),
    );
    const shape: number[] = [];
    for (let i = 0; i < result.u32(44); i++) shape.push(result.u32(48 + i * 4));
    const dtype = DTYPES[result.u32(40)] ?? 'f32';
    const picture = { width: result.u32(72), height: result.u32(76) };
    const data = result.bytesAt(result.u32(28), result.u32(32));
    exports.edge_reset();
    return { dtype, shape, data, input_sha256: await sha256(data), picture };
  }

  /** The classes that the output of the graph names. */
  classify(output: Uint8Array, top: number, threshold: number): Prediction[] {
    const { module } = this;
    const { exports } = module;
    const predictions = readPredictions(
      module.call(() => exports.edge_postprocess(module.put(output), output.length, top, threshold)),
    );
    exports.edge_reset();
    return predictions;
  }
}
