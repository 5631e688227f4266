import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ByteStore, isDataError, type Notice } from "@crossprobe/core";
import { type Hdf5File, openHdf5 } from "@crossprobe/formats/hdf5";
import {
  isEarlierThan2020,
  openElectricalSeries,
  openNwb,
  openTimeSeries,
  readDynamicTable,
  readElectrodes,
  readTimeIntervals,
  readUnits,
  summarizeNwb,
} from "@crossprobe/nwb";
import { describe, expect, it } from "vitest";
import { compareSeries, compareTable, type ExpectedFile } from "./nwb-expected.js";
import { SHARED } from "./shared.js";

const FIXTURES = fileURLToPath(new URL("../fixtures/nwb", import.meta.url));
const GOLDEN = SHARED ? join(SHARED, "golden") : undefined;

function folderStore(folder: string): ByteStore {
  const read = (key: string): Uint8Array | undefined => {
    const path = join(folder, key);
    return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
  };
  return {
    url: `file://${folder}/`,
    size: async (key) => read(key)?.length,
    read: async (key, options) => {
      const bytes = read(key);
      const range = options?.range;
      if (!range || !bytes) return bytes;
      if ("suffix" in range) return bytes.slice(Math.max(0, bytes.length - range.suffix));
      return bytes.slice(range.offset, range.offset + range.length);
    },
  };
}

/** Runs an action over an opened file and closes it. */
async function withFile<Value>(path: string, action: (file: Hdf5File) => Promise<Value>): Promise<Value> {
  const file = await openHdf5(folderStore(join(path, "..")), basename(path), {});
  if (!file) throw new Error(`${path} is not there`);
  try {
    return await action(file);
  } finally {
    await file.close();
  }
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly expected: string;
}

function casesOf(files: string, expected: string): readonly Case[] {
  return readdirSync(files)
    .filter((name) => name.endsWith(".nwb"))
    .map((name) => ({
      name: `${basename(files)}/${name}`,
      file: join(files, name),
      expected: join(expected, name.replace(/nwb$/, "json")),
    }));
}

async function compareFile({ file: path, expected: expectedPath }: Case): Promise<void> {
  const expected = (JSON.parse(readFileSync(expectedPath, "utf8")) as ExpectedFile).pynwb_4_2_0.value;
  if (!expected) return compareUncached(path);
  await withFile(path, async (file) => {
    const summary = await summarizeNwb(file);
    const { nwb } = summary;
    expect(nwb.identifier).toBe(expected.identifier);
    expect(Date.parse(nwb.sessionStartTime ?? "")).toBe(Date.parse(expected.session_start_time));
    if (expected.nwb_version) expect(nwb.version.stated.replace(/^NWB-/, "")).toBe(expected.nwb_version);
    expect(Boolean(await readUnits(file))).toBe(expected["has units"]);
    expect(Boolean(await readElectrodes(file))).toBe(expected["has electrodes"]);
    const differences: Record<string, readonly string[]> = {};
    const seen: string[] = [];
    for (const [name, object] of Object.entries(expected.objects)) {
      const suffix = name.replace(/^root/, "");
      const isTable = "colnames" in object;
      const found = (isTable ? summary.tables : summary.series).find(({ path: place }) => place.endsWith(suffix));
      if (!found) {
        const linked = suffix.split("/").at(-1) ?? "";
        const external = summary.problems.some(({ path: place }) => place.includes(linked));
        if (!external) differences[name] = ["not found"];
        continue;
      }
      seen.push(found.path);
      const compare = isTable ? compareTable(file, found.path, object) : compareSeries(file, found.path, object);
      const itsDifferences = await compare;
      if (itsDifferences.length > 0) differences[name] = itsDifferences;
    }
    expect(differences).toEqual({});
    const ours = [...summary.tables, ...summary.series].map(({ path: place }) => place);
    expect(ours.filter((place) => !seen.includes(place))).toEqual([]);
  });
}

/** pynwb cannot open a file whose extension is not cached; we need no schema. */
async function compareUncached(path: string): Promise<void> {
  const summary = await withFile(path, (file) => summarizeNwb(file));
  expect(summary.extensions).toEqual([{ name: "ndx-golden", isCached: false }]);
  expect(summary.series).toMatchObject([{ neurodataType: "GoldenSeries", shape: [6], rate: 5, unit: "V" }]);
}

describe("NWB files as pynwb reads them", () => {
  const folders = readdirSync(FIXTURES).filter((name) => name.startsWith("pynwb-"));
  const cases = folders.flatMap((name) => casesOf(join(FIXTURES, name), join(FIXTURES, name)));
  it.each(cases)("$name", compareFile);
});

describe.skipIf(!GOLDEN)("every NWB file of the reference data as pynwb reads it (needs ../shared/golden)", () => {
  const root = join(GOLDEN ?? "", "nwb");
  const folders = GOLDEN ? readdirSync(root).filter((name) => name.startsWith("pynwb-")) : [];
  it.each(folders.flatMap((name) => casesOf(join(root, name), join(root, "expected", name))))("$name", compareFile);
});

function codes(notices: readonly Notice[]): readonly string[] {
  return [...new Set(notices.map(({ code }) => code))].sort();
}

describe.skipIf(!GOLDEN)("damaged NWB files (needs ../shared/golden)", () => {
  const damaged = (name: string) => join(GOLDEN ?? "", "nwb/malformed", `${name}.nwb`);
  const summaryOf = (name: string) => withFile(damaged(name), (file) => summarizeNwb(file));
  const lengths = (offsets: Uint32Array | Float64Array = new Uint32Array()) =>
    Array.from(offsets.subarray(1), (end, row) => end - (offsets[row] ?? 0));

  it.each(["truncated_half", "truncated_last_byte", "zero_length", "html_page", "no_nwb_version"])(
    "%s is a format error",
    async (name) => {
      const error = await summaryOf(name).catch((reason: unknown) => reason);
      expect(isDataError(error, "format"), String(error)).toBe(true);
      expect(String(error)).toContain(`${name}.nwb`);
    },
  );

  it.each(["index_past_data", "index_decreases", "index_short"])(
    "%s: spikes are refused, the other columns are read",
    async (name) => {
      await withFile(damaged(name), async (file) => {
        await expect(readUnits(file)).rejects.toMatchObject({
          code: "format",
          at: expect.stringContaining("spike_times"),
        });
        const table = await readDynamicTable(file, "/units");
        expect([...(table?.unreadable.keys() ?? [])]).toEqual(["spike_times"]);
        expect(table?.columns.size).toBe(7);
      });
    },
  );

  it.each(["trailing_bytes", "index_without_target"])("%s: the spikes are read", async (name) => {
    await withFile(damaged(name), async (file) => {
      const units = await readUnits(file);
      expect(lengths(units?.spikeTimes?.offsets)).toEqual([5, 0, 12]);
      if (name === "index_without_target") expect(codes(units?.notices ?? [])).toEqual(["index-target-missing"]);
    });
  });

  it("flipped_chunk: the samples of that chunk are an error, the others are read", async () => {
    await withFile(damaged("flipped_chunk"), async (file) => {
      const series = await openElectricalSeries(file, "/acquisition/rate_int16");
      await expect(series?.read()).rejects.toMatchObject({ code: "format" });
      const other = await openElectricalSeries(file, "/processing/ecephys/LFP/timestamps_float32");
      expect((await other?.read())?.shape).toEqual([97, 2]);
    });
  });

  it.each([
    ["unequal_columns", ["float64"], "Column float64 has 5 rows and id has 3"],
    ["colname_without_column", ["not_there"], "lists a column not_there"],
  ])("%s: one column is refused, the table is read", async (name, columns, message) => {
    await withFile(damaged(name), async (file) => {
      const table = await readDynamicTable(file, "/processing/tables/plain");
      const mine = [...(table?.unreadable ?? [])].filter(([column]) => !["int64", "uint64"].includes(column));
      expect(mine.map(([column]) => column)).toEqual(columns);
      expect(mine[0]?.[1].message).toContain(message);
      expect(table?.rowCount).toBe(3);
      expect(table?.columns.has("utf8")).toBe(true);
    });
  });

  it.each([
    ["missing_colnames", "colnames-missing", 9],
    ["missing_id", "ids-missing", 9],
    ["column_not_in_colnames", "column-not-listed", 8],
  ])("%s is noticed", async (name, code, columnCount) => {
    await withFile(damaged(name), async (file) => {
      const table = await readDynamicTable(file, "/processing/tables/plain");
      expect(codes(table?.notices ?? [])).toContain(code);
      expect(table?.colnames.length).toBe(columnCount);
      expect(table?.rowCount).toBe(3);
    });
  });

  it("dangling_reference: regions are refused, references are null, and both are reported", async () => {
    await withFile(damaged("dangling_reference"), async (file) => {
      const region = await readDynamicTable(file, "/processing/tables/region");
      expect(region?.unreadable.get("row")).toMatchObject({ code: "format" });
      const ragged = await readDynamicTable(file, "/processing/tables/ragged");
      expect([...(ragged?.unreadable.keys() ?? [])]).toEqual(["rows"]);
      const references = await readDynamicTable(file, "/processing/tables/references");
      expect(references?.columns.get("object")?.values).toMatchObject({
        paths: [null, "/processing/tables/plain", null],
      });
      expect(references?.notices).toMatchObject([{ code: "dangling-reference", count: 2 }]);
    });
  });

  it("region_past_table names the row", async () => {
    await withFile(damaged("region_past_table"), async (file) => {
      const region = await readDynamicTable(file, "/processing/tables/region");
      expect(region?.unreadable.get("row")?.message).toContain("Row number 9 is outside the 4 rows");
    });
  });

  it.each(["dangling_soft_link", "soft_link_loop"])("%s: the series is there without times", async (name) => {
    await withFile(damaged(name), async (file) => {
      const series = await openTimeSeries(file, "/acquisition/shares_timestamps");
      expect((await series?.read())?.data.length).toBe(97);
      expect(codes(series?.notices ?? [])).toEqual(["no-time-axis"]);
      await expect(series?.clock.times(0, 1)).rejects.toMatchObject({ code: "format" });
    });
  });

  it("external_file_absent: that series is unsupported, the others are there", async () => {
    await withFile(damaged("external_file_absent"), async (file) => {
      await expect(openTimeSeries(file, "/acquisition/scalar_offset")).rejects.toMatchObject({ code: "unsupported" });
      const summary = await summarizeNwb(file);
      expect(summary.problems.map(({ path }) => path)).toContain("/acquisition/scalar_offset");
      expect(summary.series.length).toBe(8);
    });
  });

  it.each([
    ["unknown_type", "type-unknown"],
    ["no_type", "type-missing"],
    ["timestamps_too_short", "timestamps-length"],
    ["no_time_axis", "no-time-axis"],
    ["future_version", "nwb-version-newer"],
    ["no_session_start_time", "session-start-time-missing"],
  ])("%s is read, with a notice", async (name, code) => {
    const summary = await summaryOf(name);
    expect(codes(summary.notices)).toContain(code);
    if (name.startsWith("no_t") || name === "unknown_type") {
      expect(summary.series.map(({ path }) => path)).toContain("/acquisition/scalar_offset");
    }
  });

  it("unknown_namespace: the object is read, its namespace is named", async () => {
    const summary = await summaryOf("unknown_namespace");
    expect(summary.extensions).toEqual([{ name: "ndx-nowhere", isCached: false }]);
    expect(summary.series.length).toBe(9);
  });
});

describe.skipIf(!GOLDEN)("defects of Allen files (needs ../shared/golden)", () => {
  const errata = (name: string) => join(GOLDEN ?? "", "allen/errata", name);

  it("an index that overflowed is refused, its control is read", async () => {
    await withFile(errata("index-overflow/defect.h5"), async (file) => {
      await expect(readUnits(file)).rejects.toMatchObject({
        code: "format",
        hint: expect.stringContaining("overflow"),
      });
    });
    await withFile(errata("index-overflow/control.h5"), async (file) => {
      const units = await readUnits(file);
      expect([...(units?.spikeTimes?.offsets ?? [])]).toEqual([0, 20000, 45000, 70000, 70000, 140000]);
    });
  });

  it("timestamps of two rows are starts and ends", async () => {
    await withFile(errata("running-2xn/defect.h5"), async (file) => {
      const series = await openTimeSeries(file, "/processing/running/running_speed");
      expect(series?.clock.kind).toBe("intervals");
      expect([...((await series?.clock.times(0, 4)) ?? [])]).toEqual([20.0, 20.2, 20.4, 20.6]);
      expect([...((await series?.clock.stopTimes(945, 949)) ?? [])]).toEqual([209.1998, 209.3998, 209.5998, 209.7998]);
    });
  });

  it("missing locations are absent, others as stored", async () => {
    await withFile(errata("structure-suffix/defect.h5"), async (file) => {
      const electrodes = await readElectrodes(file);
      const distinct = new Set(electrodes?.locations);
      expect(distinct.has(null)).toBe(true);
      expect(distinct.has("LGd-sh")).toBe(true);
      expect(distinct.has("") || distinct.has("None")).toBe(false);
    });
  });
});

describe.skipIf(!GOLDEN)("Allen sessions (needs ../shared/golden)", () => {
  const allen = (name: string) => join(GOLDEN ?? "", "allen/cache", name);

  it.each([1, 2, 3, 4])("session 90000000%d is read whole", async (number) => {
    const summary = await withFile(allen(`session_90000000${number}/session_90000000${number}.nwb`), (file) =>
      summarizeNwb(file),
    );
    expect(summary.problems).toEqual([]);
    expect(isEarlierThan2020(summary.version)).toBe(number === 3);
    expect(summary.tables.map(({ path }) => path)).toContain("/units");
  });

  it("spikes of session 900000001 are those that AllenSDK gives", async () => {
    const expected = JSON.parse(
      readFileSync(join(GOLDEN ?? "", "allen/expected/session_900000001/spike_times.json"), "utf8"),
    );
    await withFile(allen("session_900000001/session_900000001.nwb"), async (file) => {
      const units = await readUnits(file);
      const ids = [...(units?.table.ids ?? [])];
      let compared = 0;
      for (const [unit, times] of spikesByUnit(expected.spike_times)) {
        const { values } = (await units?.spikeTimes?.read([ids.indexOf(unit)])) ?? {};
        expect([values?.length, values?.[0] ?? null]).toEqual(times);
        compared++;
      }
      expect(compared).toBeGreaterThan(10);
    });
  });

  it("intervals of session 900000001 have their tags", async () => {
    await withFile(allen("session_900000001/session_900000001.nwb"), async (file) => {
      const invalid = await readTimeIntervals(file, "/intervals/invalid_times");
      expect(invalid?.rowCount).toBe(5);
      expect(invalid?.tags?.every((tags) => tags.length === 3)).toBe(true);
      const gabors = await readTimeIntervals(file, "/intervals/gabors_presentations", { columns: ["x_position"] });
      expect([...(gabors?.table.columns.keys() ?? [])].sort()).toEqual(["start_time", "stop_time", "x_position"]);
    });
  });
});

describe.skipIf(!GOLDEN)("the Rosetta session (needs ../shared/golden)", () => {
  const rosetta = (name: string) => join(GOLDEN ?? "", "rosetta", name);

  it("has every spike of the truth, to the bit", async () => {
    const times = readFloat64(rosetta("truth/spike_times.npy"));
    const offsets = readInt64(rosetta("truth/spike_offsets.npy"));
    const truth = JSON.parse(readFileSync(rosetta("truth/units.json"), "utf8")).units as readonly {
      readonly index: number;
      readonly allenUnitId: number;
    }[];
    await withFile(rosetta("allen/session_910000101/session_910000101.nwb"), async (file) => {
      const units = await readUnits(file, { columns: ["quality"] });
      const ids = [...(units?.table.ids ?? [])];
      expect(ids.length).toBe(108);
      const rows = truth.map(({ allenUnitId }) => ids.indexOf(allenUnitId));
      const spikes = await units?.spikeTimes?.read(rows);
      truth.forEach(({ index }, i) => {
        const ours = spikes?.values.subarray(spikes.offsets[i] ?? 0, spikes.offsets[i + 1] ?? 0);
        expect(ours).toEqual(times.subarray(offsets[index], offsets[index + 1]));
      });
    });
  });

  it.each([
    ["A", 910000201, 21094],
    ["B", 910000202, 20938],
  ])("has the LFP of probe %s to half a count", async (name, probe, firstSample) => {
    const truth = readFloat32(rosetta(`truth/lfp_${name}_check_allen.npy`));
    await withFile(rosetta(`allen/session_910000101/probe_${probe}_lfp.nwb`), async (file) => {
      const lfp = await openElectricalSeries(file, `/acquisition/probe_${probe}_lfp/probe_${probe}_lfp_data`);
      expect(lfp?.electrodes?.rows.length).toBe(lfp?.channelCount);
      const block = await lfp?.read({ samples: [firstSample, firstSample + 625] });
      expect(block?.data.length).toBe(truth.length);
      let error = 0;
      let power = 0;
      truth.forEach((value, i) => {
        error += ((block?.data[i] ?? 0) - value) ** 2;
        power += value ** 2;
      });
      expect(Math.sqrt(error / power)).toBeLessThan(0.003);
      const [start = 0, stop = 0] = (await lfp?.times(firstSample, firstSample + 2)) ?? [];
      expect(await lfp?.toSampleRange({ start, stop })).toEqual([firstSample, firstSample + 1]);
    });
  });
});

/** `[count, first]` of each unit's spikes, from a topic file whose exact layout is checked by the count at the call. */
function spikesByUnit(expected: unknown): readonly (readonly [number, readonly [number, number | null]])[] {
  const units: (readonly [number, readonly [number, number | null]])[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, child] of Object.entries(value)) {
      const summary = child as { readonly shape?: readonly number[]; readonly first?: readonly number[] } | null;
      if (/^95\d{7}$/.test(key) && summary?.shape)
        units.push([Number(key), [summary.shape[0] ?? 0, summary.first?.[0] ?? null]]);
      else visit(child);
    }
  };
  visit(expected);
  return units;
}

/** Values after the header of a version 1 npy file. */
function npyBody(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  return new Uint8Array(bytes.subarray(start)).buffer;
}

function readFloat64(path: string): Float64Array {
  return new Float64Array(npyBody(path));
}

function readFloat32(path: string): Float32Array {
  return new Float32Array(npyBody(path));
}

function readInt64(path: string): readonly number[] {
  return Array.from(new BigInt64Array(npyBody(path)), Number);
}

describe("NWB fixtures", () => {
  it("identify themselves", async () => {
    const nwb = await withFile(join(FIXTURES, "pynwb-2.8.3/minimal.nwb"), (file) => openNwb(file));
    expect(nwb).toMatchObject({
      identifier: "minimal",
      sessionStartTime: "2021-03-04T05:06:07.890000-07:00",
      notices: [],
    });
  });
});
