import { findRegion, toRegionLabel } from "@crossprobe/atlas";
import { describe, expect, it } from "vitest";
import type { SignalColumn } from "../lfp/lfp-signal.js";
import { depthRows, labelledStretches, rowAt } from "./depth-rows.js";

function columnAt(distanceFromTipUm: number | null, acronym: string): SignalColumn {
  const region = findRegion(acronym);
  const label = region === undefined ? null : toRegionLabel(region);
  const regionAbsent = label === null ? "outsideBrain" : null;
  return { ref: null, region: label, regionAbsent, distanceFromTipUm, lateralUm: 0, quality: null };
}

const COLUMNS = [
  columnAt(40, "CA1"),
  columnAt(20, "LP"),
  columnAt(40, "CA1"),
  columnAt(60, "LP"),
  columnAt(60, "void"),
];

describe("depthRows", () => {
  it("puts channels of one depth together, lowest first", () => {
    const { rows, domain, spacing, isPlaced } = depthRows(COLUMNS);
    expect(rows).toEqual([
      { depth: 20, channels: [1] },
      { depth: 40, channels: [0, 2] },
      { depth: 60, channels: [3, 4] },
    ]);
    expect({ domain, spacing, isPlaced }).toEqual({ domain: [10, 70], spacing: 20, isPlaced: true });
  });

  it("counts channels where the source places none", () => {
    const { rows, isPlaced } = depthRows([columnAt(null, "LP"), columnAt(null, "LP")]);
    expect({ depths: rows.map(({ depth }) => depth), isPlaced }).toEqual({ depths: [0, 1], isPlaced: false });
  });

  it("has no row where nothing was recorded", () => {
    const rows = depthRows([20, 40, 60, 200].map((depth) => columnAt(depth, "LP")));
    expect([21, 31, 75, 120, 190].map((depth) => rowAt(rows, depth))).toEqual([0, 1, 2, null, 3]);
  });
});

describe("labelledStretches", () => {
  it("meet halfway between rows; a row with two labels is shared out", () => {
    const stretches = labelledStretches(depthRows(COLUMNS), COLUMNS);
    expect(stretches.map(({ column, low, high }) => [column.region?.acronym ?? null, low, high])).toEqual([
      ["LP", 10, 30],
      ["CA1", 30, 50],
      ["LP", 50, 60],
      [null, 60, 70],
    ]);
  });
});
