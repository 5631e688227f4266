import { type AdapterPlugin, CAPABILITIES, type Capabilities, type Capability } from "../adapter.js";
import { MemoryAdapter } from "./memory-adapter.js";
import { MEMORY_DATASET } from "./memory-dataset.js";
import { MEMORY_METRICS, MEMORY_RULE } from "./memory-metrics.js";

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
    rules: [MEMORY_RULE],
    metrics: MEMORY_METRICS,
    citations: ["none: made of formulas"],
    licence: "MIT",
    create: ({ stores }) => new MemoryAdapter(stores.open("memory:dataset/"), capabilities),
  };
}
