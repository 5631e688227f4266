import { Tinypool } from "tinypool";
import { decodeChecked } from "../decode-chunk.js";
import { loadKernels } from "../kernels/load-kernels.js";
import type { DecodedParts, DecoderTask } from "./protocol.js";

/** Entry of a decoding thread: carries out one task. Answers a decoded chunk, or how many values of a product were not finite. */
export async function carryOut(task: DecoderTask): Promise<unknown> {
  const kernels = await loadKernels(task.kernels);
  if (task.kind === "decode") {
    const { channelFactors, timeCourses, audit } = decodeChecked(task, task, kernels);
    const parts: DecodedParts = { channelFactors, timeCourses, audit };
    return moved(parts, [channelFactors, timeCourses]);
  }
  const { factors, courses, shape, result } = task;
  return kernels.product(factors, courses, shape, result, 0);
}

/** Marks a result whose arrays change their owner instead of being copied. */
function moved(value: object, arrays: readonly ArrayBufferView[]): unknown {
  return Tinypool.move({
    [Tinypool.transferableSymbol]: arrays.map((array) => array.buffer),
    [Tinypool.valueSymbol]: value,
  } as unknown as ArrayBuffer);
}
