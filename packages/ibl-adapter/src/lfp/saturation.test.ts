import { describe, expect, it } from "vitest";
import { binMeans, binModes } from "./channel-bins.js";
import { binChannels } from "./lfpack-channels.js";
import { normaliseSpans, toSaturatedSamples } from "./saturation.js";

const table = {
  rawRate: 2500,
  rawSampleCount: 6000,
  isMuted: true,
  proportion: 0.2,
  saturatedSampleCount: 264,
  saturatedFraction: 0.044,
  muteWindowSamples: 7,
  slewThreshold: null,
};

describe("saturated spans", () => {
  it("round outward to the samples of a scale", () => {
    const spans = [
      [501, 657],
      [2000, 2103],
      [5995, 6000],
    ] as const;
    expect(toSaturatedSamples({ ...table, spans }, 250, 600)).toEqual([
      [50, 66],
      [200, 211],
      [599, 600],
    ]);
    expect(toSaturatedSamples({ ...table, spans }, 125, 300)).toEqual([
      [25, 33],
      [100, 106],
      [299, 300],
    ]);
  });

  it("are put in order, cut to the recording and joined", () => {
    const spans = [
      [4000, 4100],
      [-20, 30],
      [4050, 4200],
      [5990, 7000],
      [10, 10],
    ] as const;
    expect(normaliseSpans({ ...table, spans }, 6000)).toEqual([
      [0, 30],
      [4000, 4200],
      [5990, 6000],
    ]);
  });
});

describe("channel bins", () => {
  it("average floats in float32 and drop what does not fill a bin", () => {
    expect([...binMeans(Float32Array.of(43, 11, 59, 27, 43, 11), 5)]).toEqual([Math.fround(36.6)]);
  });

  it("take the most frequent value, of several the smallest", () => {
    expect(binModes(Int32Array.of(10703, 218, 218, 10703, 382, 382, 382, 1), 4)).toEqual([218, 382]);
  });

  it("take the acronym of the first channel with the bin's id", () => {
    const channels = {
      lateralUm: Float32Array.of(43, 11, 59, 27),
      axialUm: Float32Array.of(20, 20, 40, 40),
      ml: null,
      ap: null,
      dv: null,
      atlasId: Int32Array.of(10703, 218, 218, 10703),
      acronym: ["DG-mo", "LP", "LP", "DG-mo"],
      labels: null,
    };
    expect(binChannels(channels, 4)).toMatchObject({ acronym: ["LP"], labels: null, ml: null });
    expect(binChannels({ ...channels, atlasId: null }, 4).acronym).toBeNull();
  });
});
