import type { MetaValue } from "./spikeglx-meta.js";

/** A Neuropixels generation. `3A`, `3B1` and `3B2` are Neuropixels 1.0; `NP2QB` is 2.0 with a quad base: four shanks of 384 channels each. */
export type ProbeVersion = "3A" | "3B1" | "3B2" | "NP2.1" | "NP2.4" | "NP2QB" | "NPultra";

/** What decides layout and conversion. */
export type ProbeFamily = "np1" | "np2" | "ultra";

/**
 * Source: `imDatPrb_type` in https://billkarsh.github.io/SpikeGLX/help/parsing/ and `spikeglx` of ibl-neuropixel. 2003 and 2013 are the sold
 * versions of 21 and 24. Type 1030 (NHP long) is left out: ibl-neuropixel 1.14.0 gives it rows 15 um apart, imec 20 um.
 */
const VERSION_BY_TYPE: ReadonlyMap<number, ProbeVersion> = new Map([
  [21, "NP2.1"],
  [2003, "NP2.1"],
  [24, "NP2.4"],
  [2013, "NP2.4"],
  [2020, "NP2QB"],
  [1100, "NPultra"],
]);

/** Null for a type that is not known here. */
export function probeVersionOf(values: ReadonlyMap<string, MetaValue>): ProbeVersion | null {
  if (values.has("typeEnabled")) return "3A";
  const type = values.get("imDatPrb_type");
  if (type === 0) return values.has("imDatPrb_port") && values.has("imDatPrb_slot") ? "3B2" : "3B1";
  return (typeof type === "number" ? VERSION_BY_TYPE.get(type) : undefined) ?? null;
}

export function familyOf(version: ProbeVersion): ProbeFamily {
  if (version === "NPultra") return "ultra";
  return version.startsWith("NP2") ? "np2" : "np1";
}
