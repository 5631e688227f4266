import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allen } from "@crossprobe/allen-adapter";
import { runCommand } from "@crossprobe/cli";
import { createHub, spikeTrain, type Unit } from "@crossprobe/core";
import { readParquet, readParquetSchema } from "@crossprobe/formats/parquet";
import { openUnitSpikes } from "@crossprobe/formats/unit-spikes";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import { copySample, expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

afterAll(removeFolders);

const SORTING = "examplelab/Subjects/XP_001/2026-01-15/001/alf/probe00/pykilosort/#2024-05-06#";
const BOTH = ["--units", "units.parquet", "--spikes", "spikes.h5"] as const;

type Value = string | number | boolean | null;

/** Rows of a table, absent values as null. */
async function rowsOf(folder: string): Promise<Record<string, Value>[]> {
  const table = await readParquet(new LocalStore(folder), "units.parquet");
  if (table === undefined) throw new Error("no table was written");
  return Array.from({ length: table.rowCount }, (_, i) =>
    Object.fromEntries(
      [...table.columns].map(([name, column]) => {
        const value = column[i] as Value;
        return [name, typeof value === "number" && Number.isNaN(value) ? null : value];
      }),
    ),
  );
}

function sampleHub() {
  return createHub({
    stores: createStores(),
    adapters: [ibl({ sources: [toFileUrl(`${SAMPLE.ibl}/`)] }), allen({ caches: [toFileUrl(`${SAMPLE.allen}/`)] })],
  });
}

describe("crossprobe aggregate", () => {
  it("writes every unit of both datasets, and its spikes under its key", async () => {
    const folder = temporaryFolder();
    const { code, out, err } = await run(["aggregate", ...BOTH, "--amplitudes"], { cwd: folder });
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toContain("214 units of 4 probes with 155644 spikes written to");
    expect(readdirSync(folder).sort()).toEqual(["spikes.h5", "units.parquet"]);

    const rows = await rowsOf(folder);
    const byRef = new Map(rows.map((row) => [row.ref, row]));
    const file = await openUnitSpikes(new LocalStore(folder), "spikes.h5");
    expect(await file?.keys()).toEqual(rows.map(({ key }) => key).sort());
    const hub = sampleHub();
    let seen = 0;
    for await (const session of hub.sessions()) {
      for (const probe of await hub.probes(session.ref)) {
        const { rows: units } = await hub.unitTable(probe.ref);
        const spikes = await hub.spikes(probe.ref);
        for (const [i, unit] of units.entries()) {
          const row = byRef.get(`${unit.ref.dataset}:unit:${unit.ref.id}`);
          expect(row).toMatchObject({
            ...{ dataset: unit.ref.dataset, uuid: unit.uuid, subject: session.subject, probeLabel: probe.label },
            ...{ regionAcronym: unit.region?.acronym ?? null, apUm: unit.ccf?.ap ?? null },
            ...{ spikeCount: unit.spikeCount, firingRate: unit.firingRate, regionAbsent: unit.regionAbsent },
            ...{ storedSpikes: spikeTrain(spikes, i).length },
            ...Object.fromEntries(Object.entries(unit.quality).map(([id, passes]) => [`passes.${id}`, passes])),
            ...unit.metrics,
          } satisfies Partial<Record<string, Value>>);
          expect(row?.key).toBe(unit.uuid ?? row?.ref);
          if (i % 20 === 0) {
            expect(await file?.times(String(row?.key))).toEqual(spikeTrain(spikes, i));
            const volts = spikes.amplitudesV?.slice(spikes.offsets[i], spikes.offsets[i + 1]);
            expect(await file?.amplitudes(String(row?.key))).toEqual(volts && Float64Array.from(volts));
          }
          seen++;
        }
      }
    }
    hub.dispose();
    await file?.close();
    expect(seen).toBe(rows.length);
  });

  it("leaves what another dataset measures null, maps regions, and says what columns mean", async () => {
    const folder = temporaryFolder();
    await run(["aggregate", "--units", "units.parquet"], { cwd: folder });
    const rows = await rowsOf(folder);
    const visual = rows.find(({ regionAcronym }) => regionAcronym === "VISp5");
    // Layer 5 of VISp, in iblatlas' mappings.
    expect(visual).toMatchObject({ regionBeryl: "VISp", regionCosmos: "Isocortex", regionSwanson: "VISp" });
    expect(visual).toMatchObject({ "allen.snr": null, "passes.allen-default@2019": null, storedSpikes: null });
    const schema = await readParquetSchema(new LocalStore(folder), "units.parquet");
    const meanings = JSON.parse(schema?.metadata.get("crossprobe.columns") ?? "{}");
    expect(meanings).toMatchObject({ apUm: "Allen CCF, micrometres from the front" });
    expect(schema?.columns.find(({ name }) => name === "ibl.label")?.type).toBe("double");
  });

  it("gives the key of a repeated UUID to the first unit alone, and counts", async () => {
    const source = copySample("ibl");
    const path = join(source, SORTING, "clusters.uuids.csv");
    const hub = createHub({ stores: createStores(), adapters: [ibl({ sources: [toFileUrl(`${source}/`)] })] });
    const count = (await firstUnits(hub)).length;
    hub.dispose();
    const uuids = Array.from({ length: count }, (_, i) => ["same", "same", "a/b"][i] ?? `uuid-${i}`);
    writeFileSync(path, `uuids\n${uuids.join("\n")}\n`);
    const folder = temporaryFolder();
    const { counts, notices } = await runJson<Document>(["aggregate", "--ibl", source, ...BOTH], { cwd: folder });
    expect(counts).toMatchObject({ probes: 2, failedProbes: 0, repeatedUuids: 1, withoutUuid: 1 });
    expect(notices.map(({ code }) => code)).toEqual(expect.arrayContaining(["repeated-uuids", "units-without-uuid"]));
    const [first, second, third] = await rowsOf(folder);
    expect(first).toMatchObject({ key: "same", uuid: "same" });
    expect(second).toMatchObject({ key: String(second?.ref).replace("/", "%2F"), uuid: "same" });
    expect(third).toMatchObject({ key: String(third?.ref).replace("/", "%2F"), uuid: "a/b" });
    const file = await openUnitSpikes(new LocalStore(folder), "spikes.h5");
    for (const row of [first, second, third]) {
      expect((await file?.times(String(row?.key)))?.length).toBe(row?.storedSpikes);
    }
    await file?.close();
  });

  it("leaves out a probe that cannot be read, says so, and writes the others", async () => {
    const source = copySample("ibl");
    writeFileSync(join(source, SORTING, "spikes.times.npy"), "no array");
    const folder = temporaryFolder();
    const { code, err } = await run(["aggregate", "--ibl", source, ...BOTH], { cwd: folder });
    expect(code).toBe(1);
    expect(err).toMatch(/^crossprobe: ibl:probe:86837375-\S+: /m);
    expect(err).toMatch(/ of 1 probe with .* 1 probe left\s+out, see above/s);
    const rows = await rowsOf(folder);
    expect(new Set(rows.map(({ probeLabel }) => probeLabel))).toEqual(new Set(["probe01"]));
    const file = await openUnitSpikes(new LocalStore(folder), "spikes.h5");
    expect((await file?.keys())?.length).toBe(rows.length);
    await file?.close();
  });

  it("says which units lack the amplitudes that were asked for", async () => {
    const source = copySample("ibl");
    rmSync(join(source, SORTING, "spikes.amps.npy"));
    const folder = temporaryFolder();
    const probe = ["--ibl", source, "--probe", "ibl:probe:86837375-7ea9-5afd-ba45-aab8e32f369a"];
    const asked = [...probe, "--spikes", join(folder, "spikes.h5")];
    const { counts, notices } = await runJson<Document>(["aggregate", ...asked, "--amplitudes"], { cwd: folder });
    expect(notices).toContainEqual(expect.objectContaining({ code: "amplitudes-absent", count: counts.units }));
    const without = await runJson<Document>(["aggregate", ...asked], { cwd: folder });
    expect(without.notices.map(({ code }) => code)).not.toContain("amplitudes-absent");
  });

  it("leaves nothing behind where nothing could be read or it was interrupted; what was there stays", async () => {
    const source = copySample("ibl");
    rmSync(join(source, SORTING, "spikes.times.npy"));
    const folder = temporaryFolder();
    writeFileSync(join(folder, "units.parquet"), "before");
    const probe = "ibl:probe:86837375-7ea9-5afd-ba45-aab8e32f369a";
    expectFailure(
      await run(["aggregate", "--ibl", source, "--probe", probe, ...BOTH], { cwd: folder }),
      "spikes.times",
    );
    expect(readdirSync(folder)).toEqual(["units.parquet"]);

    const controller = new AbortController();
    const errors: string[] = [];
    let begun = 0;
    const io = {
      cwd: folder,
      columns: 80,
      isTerminal: false,
      isOutTerminal: false,
      out: () => undefined,
      outBytes: () => undefined,
      err: (text: string) => errors.push(text),
    };
    const signal = new Proxy(controller.signal, {
      get: (target, name) => {
        // As soon as the files have been begun, in the middle of the reads.
        const parts = name === "throwIfAborted" ? readdirSync(folder).filter((file) => file.endsWith(".part")) : [];
        if (parts.length > 0 && !target.aborted) {
          begun = parts.length;
          controller.abort(new Error("interrupted"));
        }
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const code = await runCommand(["aggregate", ...BOTH], { ...io, signal });
    expect({ code, begun, errors: errors.at(-1) }).toEqual({ code: 1, begun: 3, errors: "crossprobe: interrupted\n" });
    expect(readdirSync(folder)).toEqual(["units.parquet"]);
    expect(readFileSync(join(folder, "units.parquet"), "utf8")).toBe("before");
  });

  it("tells wrong usage from failure", async () => {
    const wrong = [[], ["--units", "u.csv"], ["--spikes", "s.npy"], ["--units", "u.parquet", "--amplitudes"]];
    for (const args of wrong) {
      const { code, err } = await run(["aggregate", ...args]);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(err).toContain("see crossprobe aggregate --help");
    }
    const release = join(SAMPLE.ibl, "bwm_release.csv");
    expectFailure(await run(["aggregate", "--ibl", release, "--units", "u.parquet"]), "cannot answer for units");
  });
});

interface Document {
  readonly counts: Readonly<Record<string, number>>;
  readonly notices: readonly { readonly code: string }[];
}

async function firstUnits(hub: ReturnType<typeof sampleHub>): Promise<readonly Unit[]> {
  for await (const { ref } of hub.sessions()) {
    for (const probe of await hub.probes(ref)) return (await hub.unitTable(probe.ref)).rows;
  }
  return [];
}
