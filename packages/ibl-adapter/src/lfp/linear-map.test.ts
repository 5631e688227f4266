import { describe, expect, it } from "vitest";
import type { ChannelBins } from "./channel-bins.js";
import type { LfpackChannels } from "./lfpack-channels.js";
import { applyMap, binMap, composeMaps, type LinearMap, sparseMap, subsetMap } from "./linear-map.js";
import { reReferenceMap } from "./linear-map-reference.js";
import { regionMeanMap } from "./linear-map-regions.js";
import { bipolarMap, currentSourceDensityMap, secondDifferenceMap } from "./linear-map-shank.js";

/** The map as a dense matrix, row by row. */
function dense(map: LinearMap): number[][] {
  const identity = new Float64Array(map.channelCount ** 2);
  for (let i = 0; i < map.channelCount; i++) identity[i * map.channelCount + i] = 1;
  const flat = applyMap(map, identity, map.channelCount);
  return map.columns.map((_, row) => [...flat.subarray(row * map.channelCount, (row + 1) * map.channelCount)]);
}

const query = expect.objectContaining({ code: "query" });

describe("maps of channels", () => {
  it("picks channels in the order given, one of them twice", () => {
    expect(dense(subsetMap(3, [2, 0, 2]))).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
    ]);
  });

  it.each<[ChannelBins, number[][]]>([
    [
      { size: 2, combine: "sum" },
      [
        [1, 1, 0, 0, 0],
        [0, 0, 1, 1, 0],
      ],
    ],
    [
      { size: 2, combine: "mean" },
      [
        [0.5, 0.5, 0, 0, 0],
        [0, 0, 0.5, 0.5, 0],
      ],
    ],
    [{ size: 5, combine: "sum" }, [[1, 1, 1, 1, 1]]],
  ])("bins %o", (bins, matrix) => {
    expect(dense(binMap(5, bins))).toEqual(matrix);
  });

  it("subtracts the mean of some channels, of which the column's own may be one", () => {
    expect(dense(reReferenceMap(3, { reference: [0, 1], channels: [2, 0] }))).toEqual([
      [-0.5, -0.5, 1],
      [0.5, -0.5, 0],
    ]);
  });

  it("puts maps one after the other, as the product of their matrices", () => {
    const [inner, outer] = [reReferenceMap(4, { reference: [0, 1, 2, 3] }), binMap(4, { size: 2, combine: "mean" })];
    const [a, b] = [dense(outer), dense(inner)];
    const product = a.map((row) => row.map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0), 0)));
    expect(dense(composeMaps(outer, inner))).toEqual(product);
    expect(composeMaps(outer, inner).columns).toEqual(outer.columns);
  });

  it.each<[string, () => unknown]>([
    ["a foreign channel", () => subsetMap(3, [3])],
    ["half a channel", () => subsetMap(3, [0.5])],
    [
      "a channel twice in a column",
      () =>
        sparseMap(3, [
          {
            name: "a",
            entries: [
              [0, 1],
              [0, 1],
            ],
          },
        ]),
    ],
    ["a weight that is not finite", () => sparseMap(3, [{ name: "a", entries: [[0, Number.NaN]] }])],
    ["bins above the channels", () => binMap(3, { size: 4, combine: "sum" })],
    ["maps that do not fit", () => composeMaps(subsetMap(3, [0]), subsetMap(3, [0]))],
    ["a median reference", () => reReferenceMap(3, { reference: [0], statistic: "median" })],
    ["a reference to nothing", () => reReferenceMap(3, { reference: [] })],
    ["a reference channel twice", () => reReferenceMap(3, { reference: [1, 1] })],
  ])("refuses %s", (_, make) => {
    expect(make).toThrow(query);
  });
});

const CHANNELS: LfpackChannels = {
  // Channel numbers do not follow the shank: two columns of sites, 20 um apart along the shank, one gap of 40 um.
  lateralUm: Float32Array.of(43, 11, 43, 11, 43, 43),
  axialUm: Float32Array.of(60, 40, 20, 20, 40, 100),
  ml: null,
  ap: null,
  dv: null,
  atlasId: null,
  acronym: ["CA1", "void", "CA1", "DG", "CA1", "DG"],
  labels: Int8Array.of(0, 3, 1, 1, 0, 1),
};

describe("maps along the shank", () => {
  it("takes neighbours from positions, not from channel numbers", () => {
    const map = bipolarMap(CHANNELS);
    expect(map.columns).toEqual(["ch 5 - ch 0", "ch 4 - ch 2", "ch 1 - ch 3", "ch 0 - ch 4"]);
    expect(dense(map)[1]).toEqual([0, 0, -1, 0, 1, 0]);
    expect(bipolarMap(CHANNELS, { channels: [4] }).columns).toEqual(["ch 0 - ch 4"]);
  });

  it("gives the second difference where both neighbours are", () => {
    const map = secondDifferenceMap(CHANNELS);
    expect(map.columns).toEqual(["ch 0", "ch 4"]);
    expect(dense(map)[1]).toEqual([1, 0, 1, 0, -2, 0]);
  });

  it("gives the current source density of a parabola exactly, whatever the spacing", () => {
    // V = 3 z² volts with z in metres: -0.3 S/m * 6 V/m² = -1.8 A/m³ everywhere
    const volts = Float64Array.from(CHANNELS.axialUm, (um) => 3 * (um * 1e-6) ** 2);
    const map = currentSourceDensityMap(CHANNELS, { conductivity: 0.3 });
    expect(map.unit).toBe("A/m3");
    for (const value of applyMap(map, volts, 1)) expect(value).toBeCloseTo(-1.8, 9);
  });

  it("gives a negative value where the potential dips: a sink", () => {
    const volts = Float64Array.of(0, 0, 0, 0, -1e-4, 0);
    const [value] = applyMap(currentSourceDensityMap(CHANNELS, { conductivity: 0.3, channels: [4] }), volts, 1);
    expect(value).toBeCloseTo((-0.3 * 2e-4) / 20e-6 ** 2, 6);
  });

  it.each<[string, () => unknown]>([
    ["the topmost channel", () => bipolarMap(CHANNELS, { channels: [5] })],
    ["an end of a column", () => secondDifferenceMap(CHANNELS, { channels: [2] })],
    ["a foreign channel", () => bipolarMap(CHANNELS, { channels: [6] })],
    [
      "sites on top of each other",
      () => bipolarMap({ lateralUm: Float32Array.of(1, 1), axialUm: Float32Array.of(2, 2) }),
    ],
    ["another spacing than stated", () => currentSourceDensityMap(CHANNELS, { conductivity: 0.3, spacingUm: 20 })],
    ["a conductivity of 0", () => currentSourceDensityMap(CHANNELS, { conductivity: 0 })],
  ])("refuses %s", (_, make) => {
    expect(make).toThrow(query);
  });
});

describe("regionMeanMap", () => {
  it("averages over the channels of each label", () => {
    const { map, channelCounts, leftOut } = regionMeanMap(CHANNELS);
    expect([map.columns, channelCounts, leftOut]).toEqual([["CA1", "DG", "void"], [3, 2, 1], []]);
    expect(dense(map)[1]).toEqual([0, 0, 0, 0.5, 0, 0.5]);
  });

  it("leaves out what has no good channel, and says so", () => {
    const { map, leftOut } = regionMeanMap(CHANNELS, { goodOnly: true, regions: ["DG", "CA1", "ACB"] });
    expect(map.columns).toEqual(["CA1"]);
    expect(dense(map)).toEqual([[0.5, 0, 0, 0, 0.5, 0]]);
    expect(leftOut).toEqual([
      { acronym: "DG", channelCount: 2, reason: "no channel of it is good" },
      { acronym: "ACB", channelCount: 0, reason: "no channel has this label" },
    ]);
  });

  it("is not supported without labels", () => {
    const unsupported = expect.objectContaining({ code: "unsupported" });
    expect(() => regionMeanMap({ ...CHANNELS, acronym: null })).toThrow(unsupported);
    expect(() => regionMeanMap({ ...CHANNELS, labels: null }, { goodOnly: true })).toThrow(unsupported);
  });
});
