import { fileURLToPath } from "node:url";
import { openLfpFile, readCurrentSourceDensity } from "@crossprobe/allen-adapter/lfp";
import { isDataError, maskInvalid } from "@crossprobe/core";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";

const STORE = new LocalStore(fileURLToPath(new URL("../fixtures/allen-lfp", import.meta.url)));
const FILES = ["lfp-2020.nwb", "lfp-2019.nwb"];

describe("an LFP file by itself", () => {
  it.each(FILES)("%s: samples by number and by seconds, in volts, with their stored times", async (key) => {
    const lfp = await openLfpFile(STORE, key);
    const { data, times } = await lfp.read({ samples: [1, 4], channels: [1] });
    expect([...data.data]).toEqual([3, 5, 7].map((bit) => Math.fround(bit * Math.fround(0.195e-6))));
    expect([data.shape, data.unit, [...times]]).toEqual([[3, 1], "V", [3.5008, 3.5016, 5.5]]);
    const later = await lfp.read({ time: { start: 3.5016, stop: 5.5008 } });
    expect([...later.times], "the end is not part of it").toEqual([3.5016, 5.5]);
    lfp.close();
  });

  it.each(FILES)("%s: the channels of its electrodes, the gap, and what is not known", async (key) => {
    const lfp = await openLfpFile(STORE, key);
    expect(lfp.channels.map(({ ref, siteIndex, distanceFromTipUm }) => [ref.id, siteIndex, distanceFromTipUm])).toEqual(
      [
        ["102", 2, 40],
        ["106", 6, 80],
      ],
    );
    expect(lfp.probe).toMatchObject({ dataset: "allen", kind: "probe", id: "7" });
    const [gap, ...more] = await lfp.invalidIntervals();
    expect([gap?.kind, gap?.stop, more]).toEqual(["gap", 5.5, []]);
    expect(gap?.start).toBeCloseTo(3.5024, 6);
    expect(lfp.notices.map(({ code }) => code)).toContain("invalid-times-unknown");
    lfp.close();
  });

  it("makes tagged spans of the session NaN", async () => {
    const tagged = { start: 3.5008, stop: 3.5016, kind: "invalidTag", probe: null, tags: ["all_probes"] } as const;
    const lfp = await openLfpFile(STORE, "lfp-2020.nwb", { invalidIntervals: [tagged] });
    const masked = maskInvalid(await lfp.read({}), await lfp.invalidIntervals());
    expect([...masked.data.data].map((value) => Number.isNaN(value))).toEqual(
      Array.from({ length: 10 }, (_, i) => i === 2 || i === 3),
    );
    expect(lfp.notices.map(({ code }) => code)).not.toContain("invalid-times-unknown");
    lfp.close();
  });

  it.each(FILES)("%s: its current source density, time first", async (key) => {
    const csd = await readCurrentSourceDensity(STORE, key);
    expect([...csd.data.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([csd.data.shape, csd.data.unit]).toEqual([[2, 3], "V/cm^2"]);
    expect([csd.times, csd.distanceFromTipUm, csd.lateralUm].map((values) => [...values])).toEqual([
      [-0.1, -0.0996],
      [0, 10, 20],
      [24, 24, 24],
    ]);
    const codes = csd.notices.map(({ code }) => code);
    expect(codes).toEqual(key.includes("2019") ? ["csd-unit-doubted", "csd-layout-2019"] : ["csd-unit-doubted"]);
  });

  it("refuses another probe, a file that is not there, and reading once it is closed", async () => {
    await expect(openLfpFile(STORE, "lfp-2020.nwb", { probeId: "8" })).rejects.toThrow(/identifier 7 where 8/);
    await expect(openLfpFile(STORE, "none.nwb")).rejects.toSatisfy((error) => isDataError(error, "not-found"));
    const lfp = await openLfpFile(STORE, "lfp-2020.nwb");
    lfp.close();
    await expect(lfp.currentSourceDensity()).rejects.toThrow(/is closed/);
  });

  it("rejects with the reason of an abort", async () => {
    const lfp = await openLfpFile(STORE, "lfp-2020.nwb");
    const reason = new Error("enough");
    await expect(lfp.read({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    lfp.close();
  });
});
