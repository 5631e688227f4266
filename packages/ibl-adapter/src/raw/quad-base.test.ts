import { describe, expect, it } from "vitest";
import { readImroTable } from "./imro-table.js";
import { readGeometry } from "./site-geometry.js";
import { parseSpikeglxMeta } from "./spikeglx-meta.js";
import { voltsPerBit } from "./volts-per-bit.js";

const COUNT = 1536;
const LOOKED_AT = [0, 1, 383, 384, 1000, 1535];

/** A `.meta` of a quad-base probe: every shank from its tenth row up, or with no map of places. */
function quadBase(hasMap: boolean, type = 2020) {
  const channels = Array.from({ length: COUNT }, (_, channel) => ({
    channel,
    shank: Math.floor(channel / 384),
    on: channel % 384,
  }));
  const imro = channels.map(({ channel, shank, on }) => `(${channel} ${shank} 0 2 ${on})`).join("");
  const places = channels.map(
    ({ shank, on }) => `(${shank}:${27 + 32 * (on % 2)}:${15 * (Math.floor(on / 2) + 10)}:1)`,
  );
  const lines = [
    ...["typeThis=imec", `nSavedChans=${COUNT + 4}`, "imSampRate=30000", `snsApLfSy=${COUNT},0,4`],
    ...[`acqApLfSy=${COUNT},0,4`, "snsSaveChanSubset=all", "imAiRangeMax=0.62", "imMaxInt=2048"],
    ...[`imDatPrb_type=${type}`, "imDatPrb_pn=NP2020", `~imroTbl=(${type},${COUNT})${imro}`],
    ...(hasMap ? [`~snsGeomMap=(NP2020,4,250,70)${places.join("")}`] : []),
  ];
  return parseSpikeglxMeta(lines.join("\n"), "memory://a.meta");
}

function rowsOf(hasMap: boolean) {
  const { sites = [], source } = readGeometry(quadBase(hasMap)) ?? {};
  const columns = (["shank", "row", "col", "x", "y", "adc", "sampleShift"] as const).map((name) => [
    name,
    LOOKED_AT.map((at) => sites[at]?.[name]),
  ]);
  return { count: sites.length, source, columns: Object.fromEntries(columns) };
}

describe("a 2.0 probe with a quad base", () => {
  it("has volts, words and channels as spikeglx of ibl-neuropixel 1.14.0", () => {
    const meta = quadBase(true);
    expect(meta).toMatchObject({ version: "NP2QB", band: "ap", syncCount: 4, columnCount: 1540 });
    expect(new Set(voltsPerBit(meta))).toEqual(new Set([3.0273438369476935e-6]));
    expect(readImroTable(meta).get(1000)).toMatchObject({ site: 2 * 1280 + 232, reference: 2 });
  });

  it("has sites by shank, row and column from the right as geometry_from_meta", () => {
    expect(rowsOf(true)).toEqual({
      count: COUNT,
      source: "snsGeomMap",
      columns: {
        shank: [0, 0, 0, 1, 2, 3],
        row: [10, 10, 201, 10, 126, 201],
        col: [1, 0, 0, 1, 1, 0],
        x: [59, 27, 27, 59, 59, 27],
        y: [170, 170, 3035, 170, 1910, 3035],
        adc: [1, 0, 22, 25, 63, 94],
        sampleShift: [0, 0, 0.9375, 0, 0.25, 0.9375],
      },
    });
  });

  it("has the layout of four single shanks where the file has no map", () => {
    expect(rowsOf(false)).toEqual({
      count: COUNT,
      source: "default",
      columns: {
        shank: [0, 0, 0, 1, 2, 3],
        row: [0, 0, 191, 0, 116, 191],
        col: [0, 1, 1, 0, 0, 1],
        x: [27, 59, 59, 27, 27, 59],
        y: [20, 20, 2885, 20, 1760, 2885],
        adc: [0, 1, 23, 24, 62, 95],
        sampleShift: [0, 0, 0.9375, 0, 0.25, 0.9375],
      },
    });
  });

  it("is not what an NHP probe of type 1030 is, which stays refused", () => {
    expect(quadBase(true, 1030).version).toBeNull();
    expect(() => voltsPerBit(quadBase(true, 1030))).toThrow("probe type 1030 is not known");
  });
});
