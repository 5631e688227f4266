import { allen } from "@crossprobe/allen-adapter";
import { openProjectCache } from "@crossprobe/allen-adapter/cache";
import type { ErrataChoice } from "@crossprobe/allen-adapter/errata";
import { EVERY_UNIT, openSessionFile } from "@crossprobe/allen-adapter/session";
import { createHub, ref } from "@crossprobe/core";
import { createStores, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { expect, it } from "vitest";
import { SAMPLE } from "../cli/run.js";

const store = new LocalStore(SAMPLE.allen);
const KEY = "session_910000101/session_910000101.nwb";

const openWith = (errata: ErrataChoice) => openSessionFile(store, KEY, { errata, filters: EVERY_UNIT });

async function largest(errata: ErrataChoice): Promise<number> {
  const session = await openWith(errata);
  const { data } = await session.meanWaveform(910300000);
  await session.close();
  return Math.max(...data.data);
}

it("leaves a defect of a session file where that is chosen", async () => {
  // Stored as microvolts under the label volts.
  const [mended, believed] = [await largest({}), await largest({ "volts-label": false })];
  expect(mended).toBeGreaterThan(1);
  expect(believed / mended).toBeCloseTo(1e6, 3);
  const withheld = await openWith({ "amplitude-description": false });
  await expect(withheld.spikeAmplitudes(910300000)).rejects.toMatchObject({ code: "not-found" });
  expect(withheld.notices.map(({ code }) => code)).toContain("amplitudes-withheld");
  await withheld.close();
});

it("counts what is read again once", async () => {
  const session = await openWith({});
  for (let i = 0; i < 3; i++) {
    await session.meanWaveform(910300000);
    await session.spikeAmplitudes(910300000);
    await session.runningSpeed();
  }
  const counts = new Map(session.notices.map(({ code, count }) => [code, count]));
  expect([counts.get("volts-label"), counts.get("amplitude-description")]).toEqual([1, 1]);
  await session.close();
});

it("leaves a defect of a table where that is chosen, and names it in the provenance where it is mended", async () => {
  const probes = await (await openProjectCache(store)).readProbes();
  const raw = await (await openProjectCache(store, { errata: { "raw-lfp-rate": false } })).readProbes();
  // probes.csv: 2500.0249835598092 Hz, factor 2.
  expect(raw.table.columns.get("lfp_sampling_rate")?.[0]).toBe(2500.0249835598092);
  expect(probes.table.columns.get("lfp_sampling_rate")?.[0]).toBe(2500.0249835598092 / 2);
  const named = ({ provenance }: typeof probes) => provenance.flatMap(({ errata = [] }) => errata);
  expect([named(probes), named(raw)]).toEqual([["raw-lfp-rate"], []]);
});

it("gives the same units and spikes through the hub and from the file alone", async () => {
  const hub = createHub({ stores: createStores(), adapters: [allen({ caches: [toFileUrl(SAMPLE.allen)] })] });
  const session = await openWith({});
  const ids = new Set(Array.from((await session.units()).columns.get("id") as Float64Array));
  let [given, leftOut] = [0, 0];
  for (const { ref: probe } of await hub.probes(ref("allen", "session", "910000101"))) {
    const { units, times, offsets, notices } = await hub.spikes(probe);
    for (const [i, unit] of units.entries()) {
      expect(ids.delete(Number(unit.id))).toBe(true);
      given++;
      expect(times.subarray(offsets[i], offsets[i + 1])).toEqual(await session.spikeTimes(Number(unit.id)));
    }
    leftOut += notices.find(({ code }) => code === "noise-units-left-out")?.count ?? 0;
  }
  // units.csv has 106 rows; the file has two units more that it calls noise.
  expect([given, leftOut, ids.size]).toEqual([106, 2, 2]);
  await session.close();
  hub.dispose();
});
