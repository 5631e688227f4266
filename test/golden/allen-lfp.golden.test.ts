import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import { openLfpFile, readCurrentSourceDensity } from "@crossprobe/allen-adapter/lfp";
import { type DatasetAdapter, maskInvalid, ref } from "@crossprobe/core";
import { createStores, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

const GOLDEN = `${SHARED}/golden/allen`;
const CACHE = `${GOLDEN}/cache`;

interface ArrayFacts {
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly nanCount: number;
}
interface LfpFacts {
  readonly channel: readonly number[];
  readonly time: ArrayFacts;
  readonly whole: ArrayFacts;
  readonly masked: ArrayFacts;
}
type Coordinate = "time" | "vertical_position" | "horizontal_position";
interface CsdFacts extends ArrayFacts {
  readonly coords: Readonly<Record<Coordinate, readonly number[] | { readonly values: readonly number[] }>>;
}

function json(name: string) {
  return JSON.parse(readFileSync(`${GOLDEN}/expected/${name}`, "utf8"));
}

/** What the reference programs say: AllenSDK 2.16.2 of the files of 2020, AllenSDK 1.1.1 of that of 2019. */
const CASES = [
  {
    key: "session_900000001/probe_910000001_lfp.nwb",
    lfp: (): LfpFacts => {
      const facts = json("session_900000001/lfp_and_csd.json")["probe 910000001"];
      return { ...facts, whole: facts["not masked"] };
    },
    csd: (): CsdFacts | undefined => json("session_900000001/lfp_and_csd.json")["CSD of probe 910000001"].value,
  },
  {
    key: "session_900000002/probe_910000003_lfp.nwb",
    lfp: (): LfpFacts => {
      const facts = json("session_900000002/lfp_and_csd.json")["probe 910000003"];
      return { ...facts, whole: facts["not masked"] };
    },
    csd: (): CsdFacts | undefined => undefined,
  },
  {
    key: "session_900000003/probe_910000004_lfp.nwb",
    lfp: (): LfpFacts => {
      const facts = json("session_900000003/by_1_1_1/session.json");
      const masked = facts.get_lfp.value;
      return { ...masked, masked, whole: facts["get_lfp(mask_invalid_intervals=False)"].value };
    },
    csd: (): CsdFacts | undefined => json("session_900000003/by_1_1_1/session.json").get_current_source_density.value,
  },
];

function valuesOf(coordinate: CsdFacts["coords"][Coordinate]): readonly number[] {
  return Array.isArray(coordinate) ? coordinate : (coordinate as { readonly values: readonly number[] }).values;
}

function sha256(values: NodeJS.TypedArray): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

describe.skipIf(!SHARED)("Allen LFP files (run where ../shared lies beside the checkout)", () => {
  let adapter: DatasetAdapter;
  beforeAll(() => {
    adapter = allen({ caches: [toFileUrl(`${CACHE}/`)] }).create({ stores: createStores() });
  });
  afterAll(() => adapter?.dispose?.());

  it.each(CASES)("$key: values, times and channels of the reference program", async ({ key, lfp: facts }) => {
    const lfp = await openLfpFile(new LocalStore(CACHE), key);
    const { channel, time, whole } = facts();
    expect(lfp.channels.map(({ ref: { id } }) => Number(id))).toEqual(channel);
    const block = await lfp.read({});
    expect(block.data.shape).toEqual(whole.shape);
    expect([sha256(block.data.data), sha256(block.times)]).toEqual([whole.sha256, time.sha256]);
    expect(lfp.notices.map(({ code }) => code)).toContain("invalid-times-unknown");
    lfp.close();
  });

  it.each(CASES)("$key: masked as the reference program does, and half-open", async ({ key, lfp: facts }) => {
    const id = /probe_(\d+)/.exec(key)?.[1] ?? "";
    const lfp = await adapter.lfp(ref("allen", "probe", id));
    // The reference program minds all_probes and the probe's own name, and takes both ends as invalid.
    const minded = (await lfp.invalidIntervals()).filter(({ tags }) => !tags.includes("stimulus"));
    const block = await lfp.read({});
    const { masked } = facts();
    const inclusive = maskInvalid(block, minded, { ends: "inclusive" });
    expect(inclusive.maskedCount * lfp.channels.length).toBe(masked.nanCount);
    expect(sha256(inclusive.data.data)).toBe(masked.sha256);
    const onAnEnd = minded.filter(({ kind, stop }) => kind === "invalidTag" && block.times.includes(stop)).length;
    expect(inclusive.maskedCount - maskInvalid(block, minded).maskedCount, "a sample on an end is valid").toBe(onAnEnd);
    lfp.close();
  });

  it.each(CASES.filter(({ csd }) => csd() !== undefined))("$key: its current source density", async ({ key, csd }) => {
    const facts = csd();
    if (!facts) expect.fail("no facts");
    const found = await readCurrentSourceDensity(new LocalStore(CACHE), key);
    const [samples = 0, channels = 0] = found.data.shape;
    expect([channels, samples]).toEqual(facts.shape);
    const channelByTime = Float64Array.from({ length: channels * samples }, (_, i) => {
      return found.data.data[(i % samples) * channels + Math.floor(i / samples)] ?? Number.NaN;
    });
    expect(sha256(channelByTime)).toBe(facts.sha256);
    const coordinate = (name: Coordinate) => Array.from(valuesOf(facts.coords[name]));
    expect([...found.times]).toEqual(coordinate("time"));
    expect([...found.distanceFromTipUm]).toEqual(coordinate("vertical_position"));
    expect([...found.lateralUm]).toEqual(coordinate("horizontal_position"));
    expect(found.data.unit).toBe("V/cm^2");
  });

  it("says so where no current source density is stored", async () => {
    const key = "session_900000002/probe_910000003_lfp.nwb";
    await expect(readCurrentSourceDensity(new LocalStore(CACHE), key)).rejects.toThrow(/holds no current source/);
  });

  it("refuses the file of another probe", async () => {
    const key = "session_900000002/probe_910000003_lfp.nwb";
    await expect(openLfpFile(new LocalStore(CACHE), key, { probeId: "1" })).rejects.toThrow(/910000003 where 1/);
  });
});
