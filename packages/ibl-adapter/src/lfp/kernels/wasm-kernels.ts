import { BlockedKernels } from "./blocked-kernels.js";
import { ENGINE_BYTES, type Engine, type PackedProduct } from "./engine.js";
import type { Kernels } from "./kernels.js";
import { LFPACK_KERNELS_WASM } from "./lfpack-kernels.wasm.js";

/** What `assembly/lfpack-kernels.ts` exports; places are byte offsets. */
interface KernelExports {
  inversePacket(leaves: number, result: number, sampleCount: number, used: number): void;
  multiplyToFloat: Multiply<number>;
  multiplyToDouble: Multiply<void>;
}

type Multiply<Result> = (
  tilesAt: number,
  tiles: number,
  panelsAt: number,
  inner: number,
  columns: number,
  out: number,
) => Result;

const PAGE_BYTES = 2 ** 16;
const DOUBLE_BYTES = Float64Array.BYTES_PER_ELEMENT;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Kernels in WebAssembly SIMD; `undefined` where the runtime does not compile it. */
export async function createWasmKernels(): Promise<Kernels | undefined> {
  const bytes = Uint8Array.from(atob(LFPACK_KERNELS_WASM), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) return undefined;
  // One page behind the engine's memory holds the constants of the module.
  const pages = ENGINE_BYTES / PAGE_BYTES + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return new BlockedKernels(new WasmEngine(memory, instance.exports as unknown as KernelExports));
}

class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly doubles: Float64Array;
  readonly floats: Float32Array;
  readonly #exports: KernelExports;

  constructor(memory: WebAssembly.Memory, exports: KernelExports) {
    this.doubles = new Float64Array(memory.buffer, 0, ENGINE_BYTES / DOUBLE_BYTES);
    this.floats = new Float32Array(memory.buffer, 0, ENGINE_BYTES / FLOAT_BYTES);
    this.#exports = exports;
  }

  inversePacket(leavesAt: number, resultAt: number, sampleCount: number, leaves: number): void {
    this.#exports.inversePacket(leavesAt * DOUBLE_BYTES, resultAt * DOUBLE_BYTES, sampleCount, leaves);
  }

  multiplyToFloat({ tilesAt, tiles, panelsAt, inner, columns, outAt }: PackedProduct): boolean {
    const [from, panels] = [tilesAt * DOUBLE_BYTES, panelsAt * DOUBLE_BYTES];
    return this.#exports.multiplyToFloat(from, tiles, panels, inner, columns, outAt * FLOAT_BYTES) !== 0;
  }

  multiplyToDouble({ tilesAt, tiles, panelsAt, inner, columns, outAt }: PackedProduct): void {
    const [from, panels] = [tilesAt * DOUBLE_BYTES, panelsAt * DOUBLE_BYTES];
    this.#exports.multiplyToDouble(from, tiles, panels, inner, columns, outAt * DOUBLE_BYTES);
  }
}
