import { type AdapterPlugin, CAPABILITIES, type Capabilities, type Capability } from "../adapter.js";
import { MemoryAdapter } from "./memory-adapter.js";
import { MEMORY_DATASET } from "./memory-dataset.js";

/** The dataset as a plugin; `without` takes capabilities away, which it then refuses with {@link UnsupportedError}. */
export function memoryPlugin(without: readonly Capability[] = []): AdapterPlugin {
  const capabilities = Object.fromEntries(
    CAPABILITIES.map((name) => [name, !without.includes(name)]),
  ) as unknown as Capabilities;
  return {
    id: MEMORY_DATASET,
    title: "A dataset made of formulas",
    version: "1.0.0",
    capabilities,
    rules: [{ id: "memory-good@2026", title: "good", definition: "even unit number", source: "this page" }],
    citations: ["none: made of formulas"],
    licence: "MIT",
    create: ({ stores }) => new MemoryAdapter(stores.open("memory:dataset/"), capabilities),
  };
}
