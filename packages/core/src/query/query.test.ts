import { describe, expect, it } from "vitest";
import { memoryStores } from "../conformance/memory-facts.js";
import { memoryPlugin } from "../conformance/memory-plugin.js";
import { recordingStores } from "../conformance/recording-store.js";
import { createHub } from "../hub.js";
import { formatRef, ref } from "../model/ref.js";

const stores = recordingStores(memoryStores());
const hub = createHub({ stores, adapters: [memoryPlugin()] });
const PROBE = ref("memory", "probe", "s1/p1");
const units = () => hub.units().ofProbe(PROBE);
const ids = async (query: ReturnType<typeof units>) => (await query.toArray()).map(({ ref: unit }) => unit.id.at(-1));

// Units 0 to 4 sit on sites 1, 5, 6, 9, 10: VISp5, CA1, CA1, TH, unlabelled; even ones pass; unit u has 10 + 7u spikes.
describe("unit query", () => {
  it("is a frozen value that reads nothing until it is streamed", async () => {
    const before = stores.calls.length;
    const query = units().inRegion("CA1").passing().limit(3);
    expect(Object.isFrozen(query)).toBe(true);
    expect(stores.calls.length).toBe(before);
    expect(query.plan()).toEqual({
      datasets: ["memory"],
      probes: [PROBE],
      rules: new Map([["memory", "memory-good@2026"]]),
    });
  });

  it("leaves the query that it came from as it was", async () => {
    const all = units();
    const some = all.passing();
    expect([await ids(all), await ids(some)]).toEqual([
      ["0", "1", "2", "3", "4"],
      ["0", "2", "4"],
    ]);
  });

  it("finds units in a structure and in those below it, without the unlabelled", async () => {
    expect(await ids(units().inRegion("CA1"))).toEqual(["1", "2"]);
    expect(await ids(units().inRegion("VISp"))).toEqual(["0"]);
    expect(await ids(units().inRegion("HPF"))).toEqual(["1", "2"]);
    expect(await ids(units().inRegion("VISp").inRegion("TH"))).toEqual(["0", "3"]);
    expect(await ids(units().inRegion("root"))).toEqual(["0", "1", "2", "3"]);
  });

  it("refuses an unknown structure with the nearest spellings", () => {
    expect(() => units().inRegion("visp")).toThrow(/no region is called "visp"/);
    try {
      units().inRegion("visp");
    } catch (error) {
      expect((error as { hint: string }).hint).toContain("VISp");
    }
  });

  it("takes bounds on metrics by their id, together with those given before", async () => {
    const snr = (min: number) => ({ metrics: { "memory.snr": { min } } });
    expect(await ids(units().where(snr(2.5)))).toEqual(["2", "3", "4"]);
    const other = { metrics: { "other.snr": { max: 9 } } };
    expect(await ids(units().where(other))).toEqual([]);
    expect(await ids(units().where(other).where(snr(0))), "the first bound still holds").toEqual([]);
    expect(
      await ids(
        units()
          .where(snr(2.5))
          .where({ spikeCount: { max: 31 } }),
      ),
    ).toEqual(["2", "3"]);
  });

  it("takes bounds as inclusive, and a missing value as not passing", async () => {
    expect(await ids(units().where({ spikeCount: { min: 17, max: 31 } }))).toEqual(["1", "2", "3"]);
    expect(await ids(units().where({ firingRate: { min: 0 } }))).toEqual([]);
    expect(
      await ids(
        units()
          .where({ spikeCount: { min: 17 } })
          .where({ distanceFromTipUm: { max: 140 } }),
      ),
    ).toEqual(["1", "2"]);
  });

  it("stops at its limit", async () => {
    expect(await ids(units().limit(2))).toEqual(["0", "1"]);
    expect(await ids(units().limit(0))).toEqual([]);
    expect(() => units().limit(1.5)).toThrow(/makes no sense/);
  });

  it("passes the signal on and rejects with its reason", async () => {
    const reason = new Error("enough");
    await expect(units().toArray({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("refuses a dataset without units when it is named", () => {
    const without = createHub({ stores, adapters: [memoryPlugin(["units"])] });
    expect(() => without.units().ofDataset("memory").plan()).toThrow(/has no units/);
    expect(without.units().plan().datasets).toEqual([]);
    expect(formatRef(PROBE)).toBe("memory:probe:s1/p1");
  });

  it("reads the probes that are named and of a named dataset", () => {
    const two = createHub({ stores, adapters: [memoryPlugin(), { ...memoryPlugin(), id: "other" }] });
    const other = ref("other", "probe", "s1/p1");
    expect(two.units().ofProbe(PROBE).ofProbe(other).ofDataset("other").plan()).toMatchObject({
      datasets: ["other"],
      probes: [other],
    });
    expect(two.units().ofProbe(PROBE).ofDataset("other").plan()).toMatchObject({ datasets: [], probes: [] });
    expect(two.units().ofProbe(PROBE).plan().datasets).toEqual(["memory"]);
    expect(two.units().plan().datasets).toEqual(["memory", "other"]);
  });

  it("refuses passing units of a dataset without a rule", () => {
    const ruleless = createHub({ stores, adapters: [{ ...memoryPlugin(), rules: [] }] });
    expect(ruleless.units().plan().rules).toEqual(new Map());
    expect(() => ruleless.units().passing().plan()).toThrow(/no published rule/);
  });
});
