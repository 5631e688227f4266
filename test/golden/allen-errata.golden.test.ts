import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { isDataError } from "@crossprobe/core";
import { parseCsvColumns } from "@crossprobe/formats/csv";
import { type Hdf5File, openHdf5 } from "@crossprobe/formats/hdf5";
import { listTimeIntervals, openRagged } from "@crossprobe/nwb";
import { LocalStore } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { CsvCells } from "../../packages/allen-adapter/src/csv-cells.js";
import { readMovement } from "../../packages/allen-adapter/src/movement.js";
import { NoticeCounter } from "../../packages/allen-adapter/src/notices.js";
import { placeOf } from "../../packages/allen-adapter/src/place.js";
import { repairTrain } from "../../packages/allen-adapter/src/spike-train.js";
import { toStimulusName } from "../../packages/allen-adapter/src/vocabulary.js";
import { SHARED } from "./shared.js";

const FOLDER = `${SHARED}/golden/allen/errata`;

interface Erratum {
  readonly id: string;
  readonly wrong: unknown;
  readonly right: unknown;
}

function erratum<Right, Wrong = unknown>(id: string): { readonly right: Right; readonly wrong: Wrong } {
  const { errata } = JSON.parse(readFileSync(`${FOLDER}/errata.json`, "utf8")) as { errata: readonly Erratum[] };
  const found = errata.find((candidate) => candidate.id === id);
  if (!found) expect.fail(`no erratum ${id}`);
  return { right: found.right as Right, wrong: found.wrong as Wrong };
}

function cells(name: string): CsvCells {
  return new CsvCells(parseCsvColumns(readFileSync(`${FOLDER}/${name}`, "utf8"), name), name, ["id"]);
}

async function withFile<Value>(name: string, use: (file: Hdf5File) => Promise<Value>): Promise<Value> {
  const file = await openHdf5(new LocalStore(FOLDER), name);
  if (!file) expect.fail(`no file ${name}`);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function sha256(values: Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

async function firstTrain(file: Hdf5File): Promise<Float64Array> {
  const found = await openRagged(file, "/units", "spike_times");
  if (!found) expect.fail("no spike times");
  const { values } = await found.read([0]);
  return Float64Array.from(values);
}

/** Each defect is repaired or refused and reported; its clean control passes without a word. */
describe.skipIf(!SHARED)("known defects of the Allen release (run where ../shared lies beside the checkout)", () => {
  it.each([
    ["minus-1000-grey", "grey"],
    ["minus-1-coordinates", undefined],
  ])("%s: coordinates are absent, the label stays", (id, acronym) => {
    const defect = cells(`${id}/defect.csv`);
    const notices = new NoticeCounter();
    const places = Array.from({ length: defect.rowCount }, (_, row) => placeOf(defect, row, null, notices));
    const marked = places.filter((_, row) =>
      ["-1", "-1000"].includes(String(defect.number("left_right_ccf_coordinate", row))),
    );
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.every(({ ccf, hemisphere }) => ccf === null && hemisphere === null)).toBe(true);
    if (acronym !== undefined) expect(new Set(marked.map(({ region }) => region?.acronym))).toEqual(new Set([acronym]));
    expect(notices.list().map(({ code, count }) => [code, count])).toEqual([["ccf-sentinel", marked.length]]);
    const control = cells(`${id}/control.csv`);
    const none = new NoticeCounter();
    for (let row = 0; row < control.rowCount; row++) placeOf(control, row, null, none);
    expect(none.list()).toEqual([]);
  });

  it("running-2xn: both rows of times are used, with a notice", async () => {
    const { right } = erratum<Record<"start_time" | "end_time", { sha256: string }>>("running-2xn");
    const defect = await withFile("running-2xn/defect.h5", (file) => readMovement(file, "1"));
    const control = await withFile("running-2xn/control.h5", (file) => readMovement(file, "1"));
    expect([sha256(defect.startTimes), sha256(defect.stopTimes)]).toEqual([
      right.start_time.sha256,
      right.end_time.sha256,
    ]);
    expect(control.startTimes.every((start, i) => start < (control.stopTimes[i] ?? Number.NaN))).toBe(true);
    expect([defect, control].map(({ notices }) => notices.map(({ code }) => code))).toEqual([
      ["running-timestamps-2019"],
      [],
    ]);
  });

  it("negative-times: spikes before zero are removed, the rest is sorted", async () => {
    const { right, wrong } = erratum<{ sha256: string }, { negative: number }>("negative-times");
    const repaired = repairTrain(await withFile("negative-times/defect.h5", firstTrain), null);
    expect(sha256(repaired.times)).toBe(right.sha256);
    expect([repaired.removed, repaired.wasUnordered]).toEqual([wrong.negative, true]);
    const clean = repairTrain(await withFile("negative-times/control.h5", firstTrain), null);
    expect([clean.removed, clean.wasUnordered, sha256(clean.times)]).toEqual([0, false, right.sha256]);
  });

  it("duplicate-spikes: suspects are counted and kept", async () => {
    const { right, wrong } = erratum<number[], number[]>("duplicate-spikes");
    const repaired = repairTrain(await withFile("duplicate-spikes/defect.h5", firstTrain), null);
    expect([...repaired.times]).toEqual(wrong);
    expect(repaired.closePairs).toBe(wrong.length - right.length);
    expect(repairTrain(await withFile("duplicate-spikes/control.h5", firstTrain), null).closePairs).toBe(0);
  });

  it("index-overflow: the column is refused with its place", async () => {
    const refused = await withFile("index-overflow/defect.h5", async (file) =>
      openRagged(file, "/units", "spike_times").catch((error: unknown) => error),
    );
    expect(isDataError(refused, "format") && refused.message).toMatch(/spike_times_index in .*defect\.h5/);
    expect((await withFile("index-overflow/control.h5", firstTrain)).length).toBe(20000);
  });

  it("movie-repeats-name: the movie has its own name", async () => {
    const { right } = erratum<string[]>("movie-repeats-name");
    for (const name of ["defect", "control"]) {
      const found = await withFile(`movie-repeats-name/${name}.h5`, async (file) => {
        const [table] = await listTimeIntervals(file);
        const { values } = await file.read(`${table}/stimulus_name`);
        return [...new Set((values as readonly string[]).map(toStimulusName))];
      });
      expect(found).toEqual(right);
    }
  });

  it("null-strings: parameters that do not apply are absent", () => {
    const { right } = erratum<{ data: Record<"orientation" | "frame", (number | null)[]> }>("null-strings");
    const text = readFileSync(`${FOLDER}/null-strings/defect.csv`, "utf8");
    const table = new CsvCells(parseCsvColumns(text, "defect.csv"), "defect.csv", ["orientation", "frame"]);
    for (const column of ["orientation", "frame"] as const) {
      expect(Array.from({ length: table.rowCount }, (_, row) => table.number(column, row))).toEqual(right.data[column]);
    }
  });
});
