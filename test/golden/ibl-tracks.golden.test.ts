import { alignedPlaces, type BregmaXyz, tracedPlaces } from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { expected } from "./ibl-expected.js";
import { SHARED } from "./shared.js";

interface Case {
  readonly picks: string;
  readonly xyz_picks_um: BregmaXyz[];
  readonly axial_um: number[];
  readonly traced_xyz_m: BregmaXyz[];
  readonly aligned: Record<string, { feature_m: number[]; track_m: number[]; xyz_m: BregmaXyz[] }>;
}

/** To a nanometre: 1e-9 of the unit of the answers. */
function expectPlaces(actual: readonly BregmaXyz[], wanted: readonly BregmaXyz[], where: string): void {
  expect(actual, where).toHaveLength(wanted.length);
  const worst = actual.flatMap((point, i) =>
    point.map((value, axis) => Math.abs(value - (wanted[i]?.[axis] ?? Number.NaN))),
  );
  expect(Math.max(...worst), where).toBeLessThan(1e-9);
}

describe.skipIf(!SHARED)("channel places on traced and aligned tracks (needs ../shared/golden)", () => {
  const cases = SHARED ? expected<{ cases: Case[] }>("channel_locations").cases : [];

  it.each(cases)("$picks picks", ({ xyz_picks_um: picks, axial_um: axial, traced_xyz_m: traced, aligned }) => {
    expectPlaces(tracedPlaces(picks, axial), traced, "traced");
    for (const [name, { feature_m: feature, track_m: track, xyz_m: places }] of Object.entries(aligned)) {
      expectPlaces(alignedPlaces(picks, { feature, track }, axial), places, name);
    }
  });
});
