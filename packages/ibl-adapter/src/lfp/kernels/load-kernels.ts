import type { Kernels } from "./kernels.js";
import { createTypescriptKernels } from "./typescript-kernels.js";

/** Kernels made so far: once for each thread, as they hold scratch memory. */
const made = new Map<Kernels["name"], Kernels>();

/** Kernels of this thread. */
export async function loadKernels(kind: Kernels["name"] = "typescript"): Promise<Kernels> {
  const kernels = made.get(kind) ?? createTypescriptKernels();
  made.set(kind, kernels);
  return kernels;
}
