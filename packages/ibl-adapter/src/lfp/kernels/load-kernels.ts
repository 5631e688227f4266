import { ConfigError } from "@crossprobe/core";
import type { Kernels } from "./kernels.js";
import { createTypescriptKernels } from "./typescript-kernels.js";
import { createWasmKernels } from "./wasm-kernels.js";

/** Kernels made so far: once for each thread, as they hold scratch memory. */
const made = new Map<Kernels["name"] | undefined, Promise<Kernels>>();

/**
 * Kernels of this thread: WebAssembly SIMD, or plain TypeScript where there is none.
 *
 * @param kind asks for one of them; both give the same bits
 * @throws {@link ConfigError} when `wasm` is asked for and the runtime has no WebAssembly SIMD
 */
export function loadKernels(kind?: Kernels["name"] | undefined): Promise<Kernels> {
  const kernels = made.get(kind) ?? createKernels(kind);
  made.set(kind, kernels);
  return kernels;
}

async function createKernels(kind: Kernels["name"] | undefined): Promise<Kernels> {
  if (kind === "typescript") return createTypescriptKernels();
  const kernels = kind === "wasm" ? await createWasmKernels() : await loadKernels("wasm").catch(() => undefined);
  if (kernels !== undefined) return kernels;
  if (kind === undefined) return loadKernels("typescript");
  throw new ConfigError("this runtime has no WebAssembly SIMD, which the wasm kernels need", {
    hint: "leave the kernels to be chosen, or ask for the typescript ones",
  });
}
