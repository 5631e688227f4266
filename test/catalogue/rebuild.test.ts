import { type BuildProgress, buildCatalogue, type Catalogue, encodeImage } from "@crossprobe/catalogue";
import { ask, FormatError, NotFoundError, type Notice, StoreError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { type DrawnDataset, type DrawnProbe, DrawnSource, drawAll } from "./drawn-source.js";

const DRAWN = drawAll(4);

const imageOf = async (catalogue: Catalogue): Promise<string> =>
  Buffer.concat([...(await encodeImage(catalogue))]).toString("base64");

/** The datasets with every probe as `change` says; one that it gives nothing for is gone. */
function changed(
  datasets: readonly DrawnDataset[],
  change: (probe: DrawnProbe, index: number) => DrawnProbe | undefined,
): readonly DrawnDataset[] {
  let index = 0;
  return datasets.map((dataset) => ({
    ...dataset,
    sessions: dataset.sessions.map((each) => ({
      ...each,
      probes: each.probes.flatMap((probe) => change(probe, index++) ?? []),
    })),
  }));
}

/** With other values, and its rows in another order. */
function rewritten(drawn: DrawnProbe): DrawnProbe {
  const { channels, units, fingerprint } = drawn;
  if (channels instanceof Error || units instanceof Error) return drawn;
  return {
    ...drawn,
    channels: channels.map((row) => ({ ...row, quality: "noisy" as const, siteIndex: 7 })).reverse(),
    units: units.slice(1).map((row) => ({ ...row, spikeCount: 3, firingRateSource: "measured again" })),
    fingerprint: `${fingerprint} 2`,
  };
}

const probesOf = (datasets: readonly DrawnDataset[]): readonly DrawnProbe[] =>
  datasets.flatMap(({ sessions }) => sessions.flatMap(({ probes }) => probes));

async function rebuilt(before: readonly DrawnDataset[], after: readonly DrawnDataset[]) {
  const previous = await buildCatalogue(new DrawnSource(before));
  const source = new DrawnSource(after);
  const progress: BuildProgress[] = [];
  const catalogue = await buildCatalogue(source, { previous, onProgress: (each) => progress.push(each) });
  const fresh = await buildCatalogue(new DrawnSource(after));
  expect(await imageOf(catalogue)).toBe(await imageOf(fresh));
  expect(catalogue.datasets()).toEqual(fresh.datasets());
  const read = [...new Set(source.tablesRead.map((call) => call.split(" ")[0]))].sort();
  return {
    read,
    reused: after.map(({ plugin }) => progress.filter(({ dataset }) => dataset === plugin.id).at(-1)?.reused ?? 0),
  };
}

const idsOf = (probes: readonly DrawnProbe[]) => probes.map(({ probe }) => probe.ref.id).sort();

describe("a catalogue built again is what a fresh one would be, to the byte", () => {
  it("reads no table where nothing has changed", async () => {
    const { read, reused } = await rebuilt(DRAWN, DRAWN);
    expect(read).toEqual([]);
    expect(reused).toEqual(DRAWN.map((dataset) => probesOf([dataset]).length));
  });

  it.each([0, 3, 5])("reads the tables of changed probes alone: every 6th from %i", async (from) => {
    const after = changed(DRAWN, (probe, i) => (i % 6 === from ? rewritten(probe) : probe));
    const expected = probesOf(DRAWN).filter((_, i) => i % 6 === from);
    expect((await rebuilt(DRAWN, after)).read).toEqual(idsOf(expected));
  });

  it("drops probes that are gone, and reads new ones", async () => {
    const some = changed(DRAWN, (probe, i) => (i % 3 === 1 ? undefined : probe));
    expect((await rebuilt(DRAWN, some)).read).toEqual([]);
    expect((await rebuilt(some, DRAWN)).read).toEqual(idsOf(probesOf(DRAWN).filter((_, i) => i % 3 === 1)));
  });

  it("reads again what nobody vouches for", async () => {
    const unknown = changed(DRAWN, (probe, i) => (i % 4 === 0 ? { ...probe, fingerprint: null } : probe));
    const expected = idsOf(probesOf(DRAWN).filter((_, i) => i % 4 === 0));
    expect((await rebuilt(unknown, unknown)).read).toEqual(expected);
  });

  it("reads a dataset whole for another version of its adapter, and no other dataset", async () => {
    const after = DRAWN.map((dataset) =>
      dataset.plugin.id === "beta" ? { ...dataset, plugin: { ...dataset.plugin, version: "1.0.1" } } : dataset,
    );
    expect((await rebuilt(DRAWN, after)).read).toEqual(
      idsOf(probesOf(DRAWN.filter(({ plugin }) => plugin.id === "beta"))),
    );
  });

  it("takes over sessions that say other things of themselves", async () => {
    const after = DRAWN.map((dataset) => ({
      ...dataset,
      release: "another",
      sessions: dataset.sessions
        .map(({ session, probes }) => ({ session: { ...session, lab: "moved" }, probes }))
        .reverse(),
    }));
    expect((await rebuilt(DRAWN, after)).read).toEqual([]);
  });
});

describe("notices", () => {
  const about = (where: string, count: number, message = "Values that are none were left out."): Notice => ({
    ...{ code: "values-left-out", where, count, message },
  });
  const noted = changed(DRAWN, (probe, i) => ({
    ...probe,
    notices: [about("all.csv", i), about(`${i}.csv`, 1)],
    ...(i % 5 === 2 && { channels: new NotFoundError("no channels") }),
    ...(i % 5 === 3 && { units: new FormatError("cut short", { format: "npy" }) }),
  }));

  it("of probes add up, and probes without a table are counted, one that does not decode is named", async () => {
    const catalogue = await buildCatalogue(new DrawnSource(noted));
    const [alpha] = catalogue.datasets();
    const probes = probesOf(noted.slice(0, 1));
    const heard = probes.flatMap(({ channels, notices }) => (channels instanceof Error ? [] : notices));
    const total = heard.filter(({ where }) => where === "all.csv").reduce((sum, { count }) => sum + count, 0);
    expect(alpha?.notices).toContainEqual(about("all.csv", total));
    const counted = new Map(alpha?.notices.map(({ code, count }) => [code, count]));
    expect(counted.get("probes-without-channels")).toBe(
      probes.filter(({ channels }) => channels instanceof Error).length,
    );
    const unreadable = alpha?.notices.filter(({ code }) => code === "units-unreadable");
    expect(unreadable?.map(({ where, message }) => [where, message])).toEqual(
      probes
        .filter(({ units }) => units instanceof Error)
        .map(({ probe }) => [`alpha:probe:${probe.ref.id}`, "cut short"])
        .sort(),
    );
  });

  it("are those of the probes that are there, whether read now or before", async () => {
    await rebuilt(noted, noted);
    await rebuilt(
      noted,
      changed(noted, (probe, i) => (i % 3 === 0 ? { ...probe, fingerprint: "other" } : probe)),
    );
    await rebuilt(
      noted,
      changed(noted, (probe, i) => (i % 3 === 0 ? undefined : probe)),
    );
    await rebuilt(
      noted,
      changed(noted, (probe, i) => (i % 3 === 0 ? { ...probe, notices: [], fingerprint: "mended" } : probe)),
    );
  });
});

describe("a build that cannot go on", () => {
  it("ends with the error of the store, as it came", async () => {
    const lost = new StoreError("connection lost", { url: "memory:", retryable: true });
    const source = new DrawnSource(changed(DRAWN, (probe, i) => (i === 4 ? { ...probe, units: lost } : probe)));
    await expect(buildCatalogue(source)).rejects.toBe(lost);
  });

  it("ends with the reason of who gave it up", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ probes }: BuildProgress) => probes === 2 && controller.abort(reason);
    const source = new DrawnSource(DRAWN);
    await expect(buildCatalogue(source, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(source.tablesRead.length).toBeLessThan(2 * probesOf(DRAWN).length);
  });
});

describe("a catalogue of sessions and probes alone", () => {
  it("reads no table of channels or units, and answers as one with them", async () => {
    const source = new DrawnSource(DRAWN);
    const small = await buildCatalogue(source, { rows: false, fingerprints: false });
    expect(source.tablesRead).toEqual([]);
    const whole = await buildCatalogue(new DrawnSource(DRAWN));
    for (const kind of ["sessions", "probes"] as const) {
      const { question } = ask(kind).having("lfp").groupBy("dataset", "sex", "lab");
      expect(await (await small.answer(question)).groups()).toEqual(await (await whole.answer(question)).groups());
    }
    expect(small.rowCount("probes")).toBe(probesOf(DRAWN).length);
    expect([small.rowCount("channels"), small.rowCount("units")]).toEqual([0, 0]);
    expect(small.datasets().map(({ fingerprints }) => fingerprints)).toEqual(DRAWN.map(() => ({})));
  });
});
