import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import {
  ERRATA,
  type ErrataChoice,
  type Erratum,
  type ErratumId,
  listErrata,
  NOMINAL_SAMPLING_RATE,
  type StoredPoint,
} from "@crossprobe/allen-adapter/errata";
import { type DatasetAdapter, isDataError, type Notice, type Provenance, ref } from "@crossprobe/core";
import { type CsvTable, parseCsv } from "@crossprobe/formats/csv";
import { type Hdf5Data, openHdf5 } from "@crossprobe/formats/hdf5";
import { parseNpy } from "@crossprobe/formats/npy";
import { openRagged } from "@crossprobe/nwb";
import { createStores, LocalStore, toFileUrl } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

const ALLEN = `${SHARED}/golden/allen`;
const FOLDER = `${ALLEN}/errata`;

interface Entry {
  readonly id: string;
  readonly right: unknown;
  readonly wrong: unknown;
}

function entry(id: string): Entry {
  const { errata } = JSON.parse(readFileSync(`${FOLDER}/errata.json`, "utf8")) as { errata: readonly Entry[] };
  return errata.find((candidate) => candidate.id === id) ?? expect.fail(`no erratum ${id}`);
}

function csv(path: string): CsvTable {
  return parseCsv(readFileSync(path, "utf8"), path);
}

function column(table: CsvTable, name: string): readonly string[] {
  return table.columns.get(name) ?? [];
}

const toNumber = (cell: string) => (cell === "" ? null : Number(cell));

async function stored(folder: string, key: string, path: string): Promise<Hdf5Data> {
  return withFile(folder, key, (file) => file.read(path));
}

async function withFile<Value>(
  folder: string,
  key: string,
  use: (file: NonNullable<Awaited<ReturnType<typeof openHdf5>>>) => Promise<Value>,
): Promise<Value> {
  const file = (await openHdf5(new LocalStore(folder), key)) ?? expect.fail(`no ${key}`);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Numbers of an array; `[]` where the file has none. */
async function numbers(key: string, path: string): Promise<Float64Array> {
  return withFile(FOLDER, key, async (file) => {
    if (!(await file.find(path))) return new Float64Array(0);
    const { values } = await file.read(path);
    return ArrayBuffer.isView(values) ? Float64Array.from(values) : expect.fail(`${path} holds no numbers`);
  });
}

async function texts(key: string, path: string): Promise<readonly string[]> {
  return (await stored(FOLDER, key, path)).values as readonly string[];
}

async function description(key: string, path: string, name: string): Promise<string | undefined> {
  return withFile(FOLDER, key, async (file) => {
    if (!(await file.find(path))) return undefined;
    const value = (await file.attributes(path)).get(name)?.values;
    return Array.isArray(value) ? String(value[0]) : undefined;
  });
}

function sha256(values: Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

type Side = "defect" | "control";

/** How an entry of the golden list is asked: the piece of either file, and what ours must be to equal the value stated. */
interface Case<Piece, Repaired> {
  readonly erratum: Erratum<Piece, Repaired>;
  readonly piece: (side: Side) => Piece | Promise<Piece>;
  readonly check: (repaired: Repaired, right: never, piece: Piece) => void | Promise<void>;
}

function caseOf<Piece, Repaired>(
  erratum: Erratum<Piece, Repaired>,
  piece: Case<Piece, Repaired>["piece"],
  check: Case<Piece, Repaired>["check"],
) {
  return async (id: string) => {
    const [defect, control] = [await piece("defect"), await piece("control")];
    expect(erratum.id).toBe(id);
    expect(erratum.detect(defect), "the defect is told").toBe(true);
    expect(erratum.detect(control), "the control is clean").toBe(false);
    await check(erratum.repair(defect), entry(id).right as never, defect);
  };
}

const equal = (repaired: unknown, right: unknown) => expect(repaired).toEqual(right);
const onlyNull = (repaired: unknown) => expect(repaired).toBeNull();
const ELECTRODES = "/general/extracellular_ephys/electrodes";
const AXES = ["anterior_posterior", "dorsal_ventral", "left_right"].map((axis) => `${axis}_ccf_coordinate`);

function points(path: string): readonly (readonly [number, number, number])[] {
  const table = csv(path);
  return Array.from({ length: table.rowCount }, (_, row) => {
    const [ap = Number.NaN, dv = Number.NaN, ml = Number.NaN] = AXES.map((axis) =>
      Number(column(table, axis)[row] || "nan"),
    );
    return [ap, dv, ml] as const;
  });
}

const NOWHERE: StoredPoint = [Number.NaN, Number.NaN, Number.NaN];

/** The first point that has the defect, or for the control any. */
function point(id: "minus-1000-grey" | "minus-1-coordinates") {
  return (side: Side) => {
    const all = points(`${FOLDER}/${id}/${side}.csv`);
    if (side === "control") expect(all.some((candidate) => ERRATA[id].detect(candidate))).toBe(false);
    return all.find((candidate) => ERRATA[id].detect(candidate)) ?? all[0] ?? expect.fail("no rows");
  };
}

async function train(id: string, side: Side): Promise<Float64Array> {
  return numbers(`${id}/${side}.h5`, "/units/spike_times");
}

function probe(path: string, id: number) {
  const table = csv(path);
  const row = column(table, "id").indexOf(String(id));
  const factors = table.columns.get("lfp_temporal_subsampling_factor");
  return {
    rate: toNumber(column(table, "lfp_sampling_rate")[row] ?? ""),
    factor: factors && toNumber(factors[row] ?? ""),
    samplingRate: toNumber(column(table, "sampling_rate")[row] ?? ""),
    hasLfpData: column(table, "has_lfp_data")[row] === "True",
  };
}

const pick = (values: Float64Array, kept: readonly number[]) => Float64Array.from(kept, (i) => values[i] ?? Number.NaN);

const CASES: Readonly<Record<string, (id: string) => Promise<void>>> = {
  "dv-equals-ml": caseOf(
    ERRATA["dv-equals-ml"],
    async (side) => {
      const key = `dv-equals-ml/${side}.h5`;
      const table = csv(`${FOLDER}/dv-equals-ml/channels.csv`);
      const listed = points(`${FOLDER}/dv-equals-ml/channels.csv`);
      const [x, y, z] = await Promise.all(["x", "y", "z"].map((axis) => numbers(key, `${ELECTRODES}/${axis}`)));
      const ids = Array.from(await numbers(key, `${ELECTRODES}/id`), String);
      const none = new Float64Array(0);
      return {
        ...{ ids, x: x ?? none, y: y ?? none, z: z ?? none },
        listed: new Map(column(table, "id").map((id, row) => [id, listed[row] ?? NOWHERE] as const)),
      };
    },
    (repaired, right: Record<string, number[]>, { ids }) => {
      for (const [id, expected] of Object.entries(right)) expect(repaired[ids.indexOf(id)]).toEqual(expected);
    },
  ),
  "minus-1000-grey": caseOf(ERRATA["minus-1000-grey"], point("minus-1000-grey"), onlyNull),
  "minus-1-coordinates": caseOf(ERRATA["minus-1-coordinates"], point("minus-1-coordinates"), onlyNull),
  "structure-suffix": caseOf(
    ERRATA["structure-suffix"],
    (side) => texts(`structure-suffix/${side}.h5`, `${ELECTRODES}/location`),
    (repaired, right) => equal([...new Set(repaired)], right),
  ),
  "raw-lfp-rate": caseOf(
    ERRATA["raw-lfp-rate"],
    (side) => probe(`${FOLDER}/raw-lfp-rate/${side}.csv`, 910000001),
    (repaired, right: number[]) => {
      expect(repaired).toBe(right[0]);
      const second = probe(`${FOLDER}/raw-lfp-rate/defect.csv`, 910000006);
      expect(ERRATA["raw-lfp-rate"].repair(second)).toBe(right[1]);
    },
  ),
  "zero-rate-probe": caseOf(
    ERRATA["zero-rate-probe"],
    (side) => probe(`${FOLDER}/zero-rate-probe/${side}.csv`, side === "defect" ? 910000010 : 910000011).samplingRate,
    (repaired, right: { nominalSamplingRate: number; waveformTimeAtNominalRate: number[] }) => {
      expect(repaired).toBeNull();
      expect(NOMINAL_SAMPLING_RATE).toBe(right.nominalSamplingRate);
      expect([0, 1, 2].map((sample) => sample / NOMINAL_SAMPLING_RATE)).toEqual(right.waveformTimeAtNominalRate);
    },
  ),
  "running-2xn": caseOf(
    ERRATA["running-2xn"],
    async (side) => {
      const path = "/processing/running/running_speed/timestamps";
      const { shape } = await stored(FOLDER, `running-2xn/${side}.h5`, path);
      return { shape: shape ?? [], values: await numbers(`running-2xn/${side}.h5`, path) };
    },
    ({ startTimes, stopTimes }, right: Record<"start_time" | "end_time", { sha256: string }>) =>
      equal([sha256(startTimes), sha256(stopTimes)], [right.start_time.sha256, right.end_time.sha256]),
  ),
  "volts-label": caseOf(
    ERRATA["volts-label"],
    async (side) => ({
      unit: await description(`volts-label/${side}.h5`, "/units/waveform_mean", "unit"),
      values: await numbers(`volts-label/${side}.h5`, "/units/waveform_mean"),
    }),
    async ({ unit, values }, right: { unit: string; peakToTroughVolts: number }) => {
      expect(unit).toBe(right.unit);
      const ranges = Array.from({ length: values.length / 82 }, (_, site) => {
        const line = Array.from(values).slice(82 * site, 82 * site + 82);
        return Math.max(...line) - Math.min(...line);
      });
      expect(Math.max(...ranges) * 1e-6).toBeCloseTo(right.peakToTroughVolts, 15);
    },
  ),
  "amplitude-description": caseOf(
    ERRATA["amplitude-description"],
    (side) =>
      description(
        `amplitude-description/${side}.h5`,
        `/units/${side === "defect" ? "spike_amplitudes" : "spike_times"}`,
        "description",
      ),
    async ({ unit }, right: { unit: string; median: number }) => {
      expect(unit).toBe(right.unit);
      const values = (await numbers("amplitude-description/defect.h5", "/units/spike_amplitudes")).sort();
      const middle = values.length / 2;
      expect(((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2).toBe(right.median);
    },
  ),
  "swapped-rf": caseOf(
    ERRATA["swapped-rf"],
    (side) => {
      const table = csv(`${FOLDER}/swapped-rf/${side}.csv`);
      return { p_value_rf: column(table, "p_value_rf"), on_screen_rf: column(table, "on_screen_rf") };
    },
    ({ p_value_rf, on_screen_rf }, right: { data: { p_value_rf: number[]; on_screen_rf: boolean[] } }) =>
      equal(
        [p_value_rf.map(Number), on_screen_rf.map((cell) => cell === "True")],
        [right.data.p_value_rf, right.data.on_screen_rf],
      ),
  ),
  "pref-image-condition": caseOf(
    ERRATA["pref-image-condition"],
    (side) => {
      const conditions = csv(`${FOLDER}/pref-image-condition/stimulus_conditions.csv`);
      const frames = column(conditions, "frame").map(Number);
      const ids = column(conditions, "stimulus_condition_id").map(Number);
      const values = csv(`${FOLDER}/pref-image-condition/${side}.csv`).columns.get("pref_image_ns");
      return { values: values?.map(toNumber), frameOf: new Map(ids.map((id, row) => [id, frames[row] ?? -1])) };
    },
    (repaired, right: { frame: number }) => equal(repaired, [right.frame]),
  ),
  "numpy-text-cells": caseOf(
    ERRATA["numpy-text-cells"],
    (side) => column(csv(`${FOLDER}/numpy-text-cells/${side}.csv`), "centre_rf")[0] ?? "",
    (repaired, right: { centre_rf: number[][] }) => {
      const cells = column(csv(`${FOLDER}/numpy-text-cells/defect.csv`), "centre_rf");
      equal(
        cells.map((cell) => ERRATA["numpy-text-cells"].repair(cell)),
        right.centre_rf,
      );
      equal(repaired, right.centre_rf[0]);
      // A list with commas beside it is none, in the defective file too.
      const plain = column(csv(`${FOLDER}/numpy-text-cells/defect.csv`), "values");
      expect(plain.some((cell) => ERRATA["numpy-text-cells"].detect(cell))).toBe(false);
    },
  ),
  "structure-acronyms-literal": caseOf(
    ERRATA["structure-acronyms-literal"],
    (side) => column(csv(`${FOLDER}/structure-acronyms-literal/${side}.csv`), "structure_acronyms")[0] ?? "",
    equal,
  ),
  "null-strings": caseOf(
    ERRATA["null-strings"],
    (side) => column(csv(`${FOLDER}/null-strings/${side}.csv`), "orientation")[0] ?? "",
    (repaired, right: { data: Record<"orientation" | "frame", (number | null)[]> }) => {
      expect(repaired).toBeNull();
      const erratum = ERRATA["null-strings"];
      for (const name of ["orientation", "frame"] as const) {
        const cells = column(csv(`${FOLDER}/null-strings/defect.csv`), name);
        equal(
          cells.map((cell) => (erratum.detect(cell) ? erratum.repair(cell) : Number(cell))),
          right.data[name],
        );
      }
    },
  ),
  "ones-become-true": caseOf(
    ERRATA["ones-become-true"],
    (side) =>
      numbers(
        `ones-become-true/${side}.h5`,
        `/intervals/${side === "defect" ? "flash_250ms" : "flashes"}_presentations/contrast`,
      ),
    (repaired, right: number[]) => equal([...repaired], right),
  ),
  "movie-repeats-name": caseOf(
    ERRATA["movie-repeats-name"],
    async (side) => {
      const table = side === "defect" ? "natural_movie_1_more_repeats" : "natural_movie_one";
      const [name] = await texts(`movie-repeats-name/${side}.h5`, `/intervals/${table}_presentations/stimulus_name`);
      return name ?? "";
    },
    (repaired, right: string[]) => equal([repaired], right),
  ),
  "index-overflow": caseOf(
    ERRATA["index-overflow"],
    async (side) => ({
      ends: await numbers(`index-overflow/${side}.h5`, "/units/spike_times_index"),
      length: (await train("index-overflow", side)).length,
    }),
    // The stated ends cannot be had from the file: several rows could hold the 65 536 spikes that are missing.
    async (repaired) => {
      expect(repaired).toBeNull();
      const refused = await withFile(FOLDER, "index-overflow/defect.h5", (file) =>
        openRagged(file, "/units", "spike_times").catch((error: unknown) => error),
      );
      expect(isDataError(refused, "format") && refused.message).toMatch(/spike_times_index in .*defect\.h5/);
    },
  ),
  "negative-times": caseOf(
    ERRATA["negative-times"],
    (side) => train("negative-times", side),
    async (kept, right: { sha256: string }, times) => {
      const positive = pick(times, kept);
      const unsorted = ERRATA["spike-times-unsorted"];
      expect(unsorted.detect(positive)).toBe(true);
      expect(sha256(pick(positive, unsorted.repair(positive)))).toBe(right.sha256);
      expect(unsorted.detect(await train("negative-times", "control"))).toBe(false);
    },
  ),
  "duplicate-spikes": caseOf(
    ERRATA["duplicate-spikes"],
    (side) => train("duplicate-spikes", side),
    (kept, right: number[], times) => equal([...pick(times, kept)], right),
  ),
  "opto-name": caseOf(
    ERRATA["opto-name"],
    (side) =>
      withFile(FOLDER, `opto-name/${side}.h5`, async (file) => {
        const [table] = await file.list("/processing/optotagging");
        const name = table?.name ?? "";
        const columns = (await file.attributes(`/processing/optotagging/${name}`)).get("colnames")?.values;
        return { name, columns: columns as readonly string[] };
      }),
    ({ name, columns }, right: { table: string; column: string }) => {
      expect(name).toBe(right.table);
      expect(columns).toContain(right.column);
      expect(columns).not.toContain("name");
    },
  ),
  "lfp-flag": caseOf(
    ERRATA["lfp-flag"],
    (side) => {
      const id = side === "defect" ? 910000002 : 910000001;
      const { hasLfpData } = probe(`${ALLEN}/cache/probes.csv`, id);
      return { hasLfpData, isPublished: existsSync(`${ALLEN}/cache/session_900000001/probe_${id}_lfp.nwb`) };
    },
    equal,
  ),
  "movie-is-npy": caseOf(
    ERRATA["movie-is-npy"],
    (side) => {
      const name =
        side === "defect"
          ? "natural_movie_templates/natural_movie_1.h5"
          : "natural_scene_templates/natural_scene_0.tiff";
      return { name, head: readFileSync(`${ALLEN}/cache/${name}`).subarray(0, 16) };
    },
    (repaired, right: number[]) => {
      expect(repaired).toBe("npy");
      const name = "natural_movie_templates/natural_movie_1.h5";
      expect(parseNpy(readFileSync(`${ALLEN}/cache/${name}`), name).shape).toEqual(right);
    },
  ),
  "donor-or-specimen": caseOf(
    ERRATA["donor-or-specimen"],
    async (side) => {
      const table = csv(`${ALLEN}/cache/sessions.csv`);
      const specimenId = column(table, "specimen_id")[column(table, "id").indexOf("900000001")] ?? null;
      const { values } = await stored(
        `${ALLEN}/cache`,
        "session_900000001/session_900000001.nwb",
        "/general/subject/subject_id",
      );
      // The control is the table, in which the animal has one number.
      return { subjectId: side === "defect" ? String(values) : specimenId, specimenId };
    },
    ({ donorId, specimenId }, right) => equal({ donorId: Number(donorId), specimenId: Number(specimenId) }, right),
  ),
  "genotype-null": caseOf(
    ERRATA["genotype-null"],
    (side) => {
      const table = csv(`${ALLEN}/cache/sessions.csv`);
      const id = side === "defect" ? "900000003" : "900000002";
      return column(table, "genotype")[column(table, "id").indexOf(id)] ?? null;
    },
    equal,
  ),
  "eye-flag-negated": caseOf(
    ERRATA["eye-flag-negated"],
    (side) => {
      const { cases } = JSON.parse(readFileSync(`${ALLEN}/rest/requests.json`, "utf8")) as {
        cases: { name: string; exchange: { url: string }[] }[];
      };
      const name = side === "defect" ? "sessions without eye tracking" : "sessions filtered";
      const url = cases.find((request) => request.name === name)?.exchange[0]?.url ?? "";
      return /fail_eye_tracking\$eqtrue/.test(url);
    },
    (repaired, right: Record<string, boolean>) => {
      expect(repaired).toEqual({ hasEyeTracking: right["900000002"] });
      expect(ERRATA["eye-flag-negated"].repair(false)).toEqual({ hasEyeTracking: right["900000001"] });
    },
  ),
  "no-effective-rate": caseOf(
    ERRATA["no-effective-rate"],
    (side) => probe(`${ALLEN}/cache/probes.csv`, side === "defect" ? 910000006 : 910000001),
    equal,
  ),
};

/** What the adapter gives for the golden cache with some entries on or off. */
async function given<Value>(choice: ErrataChoice, ask: (adapter: DatasetAdapter) => Promise<Value>): Promise<Value> {
  const adapter = allen({ caches: [toFileUrl(`${ALLEN}/cache/`)], errata: choice }).create({ stores: createStores() });
  try {
    return await ask(adapter);
  } finally {
    adapter.dispose?.();
  }
}

interface Reported {
  readonly notices: readonly Notice[];
  readonly provenance: readonly Provenance[];
}

function expectReported({ notices, provenance }: Reported, id: ErratumId, isThere: boolean): void {
  expect(
    notices.some(({ code, count }) => code === id && count > 0),
    `notice ${id}`,
  ).toBe(isThere);
  expect(
    provenance.some(({ errata }) => errata?.includes(id)),
    `provenance ${id}`,
  ).toBe(isThere);
}

const session = (id: number) => ref("allen", "session", String(id));
const probeRef = (id: number) => ref("allen", "probe", String(id));

/** An entry in what the adapter gives: how it is asked, and what is different with the entry off. */
const APPLIED: readonly {
  readonly id: ErratumId;
  readonly ask: (adapter: DatasetAdapter) => Promise<Reported & { readonly value: unknown }>;
  readonly on: unknown;
  readonly off: unknown;
}[] = [
  {
    id: "minus-1-coordinates",
    ask: async (adapter) => {
      const table = await adapter.channels(probeRef(910000008));
      return { ...table, value: table.rows[0]?.ccf };
    },
    on: null,
    off: { ap: -1, dv: -1, ml: -1 },
  },
  {
    id: "running-2xn",
    ask: async (adapter) => {
      const signal = await adapter.movement(session(900000003));
      return { ...signal, value: signal.stopTimes[0] };
    },
    on: 20.1998,
    off: 20.2,
  },
  {
    id: "negative-times",
    ask: async (adapter) => {
      const table = await adapter.spikes(probeRef(910000004));
      return { ...table, value: table.times.some((time) => time < 0) };
    },
    on: false,
    off: true,
  },
  {
    id: "spike-times-unsorted",
    ask: async (adapter) => {
      const table = await adapter.spikes(probeRef(910000004));
      const isSorted = table.units.every((_, i) => {
        const own = table.times.subarray(table.offsets[i], table.offsets[i + 1]);
        return own.every((time, k) => k === 0 || time >= (own[k - 1] ?? 0));
      });
      return { ...table, value: isSorted };
    },
    on: true,
    off: false,
  },
  {
    id: "amplitude-description",
    ask: async (adapter) => {
      const table = await adapter.spikes(probeRef(910000001));
      return { ...table, value: table.amplitudesV === null };
    },
    on: false,
    off: true,
  },
  {
    id: "volts-label",
    ask: async (adapter) => {
      const table = await adapter.waveforms(probeRef(910000001));
      return { ...table, value: Math.max(...(table.rows[0]?.data.data ?? [])) < 1000 };
    },
    on: true,
    off: false,
  },
];

describe.skipIf(!SHARED)(
  "known defects in what the adapter gives (run where ../shared lies beside the checkout)",
  () => {
    it.each(APPLIED)(
      "$id: mended, reported and in the provenance; with the entry off as documented",
      async (applied) => {
        const { id, ask, on, off } = applied;
        const mended = await given({}, ask);
        expectReported(mended, id, true);
        expect(mended.value).toEqual(on);
        const raw = await given({ [id]: false }, ask);
        expectReported(raw, id, false);
        expect(raw.value).toEqual(off);
      },
    );

    it("removes spikes that stand twice where that is asked for, and counts them", async () => {
      const ask = (adapter: DatasetAdapter) => adapter.spikes(probeRef(910000001));
      const [kept, removed] = [await given({}, ask), await given({ "duplicate-spikes": true }, ask)];
      const suspects = kept.notices.find(({ code }) => code === "close-spikes")?.count ?? 0;
      expect(kept.times.length - removed.times.length).toBe(suspects);
      expectReported(removed, "duplicate-spikes", suspects > 0);
    });

    it("gives the genotype of the session file, or that of the table", async () => {
      const genotype = async (adapter: DatasetAdapter) => {
        for await (const { ref: found, genotype } of adapter.sessions({}))
          if (found.id === "900000003") return genotype;
        return undefined;
      };
      const codes = async (adapter: DatasetAdapter) => (await adapter.describe()).notices.map(({ code }) => code);
      expect([await given({}, genotype), await given({ "genotype-null": false }, genotype)]).toEqual(["wt/wt", "wt"]);
      expect(await given({}, codes)).toContain("genotype-null");
      expect(await given({ "genotype-null": false }, codes)).not.toContain("genotype-null");
    });
  },
);

describe.skipIf(!SHARED)("known defects of the Allen release (run where ../shared lies beside the checkout)", () => {
  it.each(Object.entries(CASES))("%s: told from the control, and the stated value given", (id, check) => check(id));

  it("has an entry and a case for each that is listed", () => {
    const { errata } = JSON.parse(readFileSync(`${FOLDER}/errata.json`, "utf8")) as { errata: readonly Entry[] };
    expect(Object.keys(CASES).sort()).toEqual(errata.map(({ id }) => id).sort());
    const own: readonly ErratumId[] = ["zero-coordinates", "spike-times-unsorted"];
    expect(
      listErrata()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...errata.map(({ id }) => id), ...own].sort());
  });
});
