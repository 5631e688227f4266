import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findRegion } from "@crossprobe/atlas";
import { parseNpy } from "@crossprobe/formats/npy";
import { readParquet, readParquetSchema } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import { carriedBy, channels, DATASETS, identity, info, trueLfp } from "../rosetta/truth.js";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "./run.js";

/** `lfp export` and `lfp plot`, held to the ground truth of the samples and to what the reference reader answered. */

afterAll(removeFolders);

const LFPACK = fileURLToPath(new URL("../fixtures/lfpack/", import.meta.url));
const SMALL = join(LFPACK, "format-2/small.h5");
const SECOND = "5f2af154-0d13-4d62-87f9-bca713e995c7";
const npy = (path: string) => {
  const { data, shape } = parseNpy(readFileSync(path), path);
  return { data: Array.from(data as Float32Array), shape };
};

interface ExportDocument {
  readonly shape: readonly number[];
  readonly columns: readonly {
    name: string;
    channels: number[];
    channelCount: number;
    labels?: Record<string, number>;
  }[];
  readonly leftOut: readonly { reason: string; channels: number[] }[];
  readonly invalid: { sampleCount: number };
}

describe("lfp export of a file", () => {
  const line = ["lfp", "export", SMALL, "--recording", SECOND];

  it("bins are the sums of the reference reader, divided; saturated samples are null and counted", async () => {
    const folder = temporaryFolder();
    const document = await runJson<ExportDocument>([...line, "--by", "bin:4", "--out", join(folder, "x.npy")]);
    const { data, shape } = npy(join(folder, "x.npy"));
    expect(shape).toEqual([645, 4]);
    // The reference's mask: samples 50 to 66 and 200 to 211.
    const isMasked = (row: number) => (row >= 50 && row < 66) || (row >= 200 && row < 211);
    expect(document.invalid.sampleCount).toBe(27);
    for (const [i, value] of data.entries()) expect(Number.isNaN(value)).toBe(isMasked(Math.floor(i / 4)));
    const sums = npy(join(LFPACK, "expected/format-2/small/r1-s0-window5.npy"));
    for (const [i, sum] of sums.data.entries())
      expect(Math.abs((data[248 * 4 + i] ?? Number.NaN) - sum / 4)).toBeLessThan(1e-9);
  });

  it("regions are means over the channels so labelled, bad ones left out and said", async () => {
    const folder = temporaryFolder();
    const args = [
      ...line,
      "--by",
      "region",
      "--mapping",
      "allen",
      "--samples",
      "248:264",
      "--out",
      join(folder, "x.npy"),
    ];
    const { columns, leftOut } = await runJson<ExportDocument>(args);
    // Labels of the file: channel 1 is dead by lfpack's labels, 15 lies in void.
    const found = Object.fromEntries(columns.map(({ name, channels: own }) => [name, own]));
    expect(found).toMatchObject({ LP: [0, 2], CA1: [5, 6, 7], VISp6a: [9, 10], VISp5: [11, 12], "VISp2/3": [14] });
    expect(leftOut).toEqual([
      { reason: "bad quality", channels: [1] },
      { reason: "outside the mapping", channels: [15] },
    ]);
    const whole = npy(join(LFPACK, "expected/format-2/small/r1-s0-window2.npy"));
    const { data, shape } = npy(join(folder, "x.npy"));
    for (const [k, { channels: own }] of columns.entries()) {
      for (let row = 0; row < 16; row++) {
        const mean = own.reduce((sum, channel) => sum + (whole.data[row * 16 + channel] ?? Number.NaN), 0) / own.length;
        expect(Math.abs((data[row * (shape[1] ?? 0) + k] ?? Number.NaN) - mean)).toBeLessThan(1e-9);
      }
    }
  });

  it("Parquet and CSV have null where npy has NaN", async () => {
    const folder = temporaryFolder();
    for (const name of ["x.parquet", "x.csv"])
      expect((await run([...line, "--by", "bin:8", "--samples", "40:70", "--out", join(folder, name)])).code).toBe(0);
    const table = await readParquet(new LocalStore(folder), "x.parquet");
    const schema = await readParquetSchema(new LocalStore(folder), "x.parquet");
    expect(schema?.columns.map(({ type }) => type)).toEqual(["double", "float", "float"]);
    const column = Array.from(table?.columns.get("ch 0-7") ?? []) as number[];
    expect(column.map(Number.isNaN)).toEqual(Array.from({ length: 30 }, (_, i) => i >= 10 && i < 26));
    const lines = readFileSync(join(folder, "x.csv"), "utf8").trimEnd().split("\n");
    expect(lines[11]).toMatch(/^[\d.]+,,$/);
    expect(lines[10]).not.toMatch(/,,/);
  });

  it.each([
    [["--by", "layer", "--out", "x.npy"], /Write region, or bin:<n>/],
    [["--by", "bin:0", "--out", "x.npy"], /bin:<n>/],
    [["--by", "region", "--mapping", "nobody", "--out", "x.npy"], /Allowed choices/],
    [["--by", "region"], /--out/],
  ])("%j is wrong usage", async (args, says) => {
    const { code, err } = await run([...line, ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(says);
  });
});

describe.each(DATASETS)("lfp export of %s by region", (dataset) => {
  it("is the mean of the planted field over the channels of the region", async () => {
    const truth = trueLfp(dataset, "A");
    const { clock } = info.probes.A;
    const [start, rate] =
      dataset === "ibl" ? [clock.iblLfpStartTime, clock.iblLfpRateHz] : [clock.allenLfpStartTime, clock.allenLfpRateHz];
    const timeOf = (sample: number) => start + sample / rate;
    const [first, last] = [truth.firstSample, truth.firstSample + truth.samples - 1];
    const window = ["--from", String(timeOf(first) - 0.5 / rate), "--to", String(timeOf(last) + 0.5 / rate)];
    const out = join(temporaryFolder(), "x.npy");
    const args = ["lfp", "export", identity.probe(dataset, "A"), ...window, "--by", "region", "--mapping", "beryl"];
    const { columns } = await runJson<ExportDocument>([...args, "--out", out]);
    const { data, shape } = npy(out);
    expect(shape).toEqual([truth.samples, columns.length]);
    const sites = carriedBy.lfpSites(dataset, "A");
    const k = columns.findIndex(({ name }) => name === "VISp");
    const members = columns[k]?.channels ?? expect.fail("no VISp");
    for (const channel of members) expect(channels.A[sites[channel] ?? -1]?.region).toMatch(/^VISp/);
    let [error, power] = [0, 0];
    for (let row = 0; row < truth.samples; row++) {
      const wanted = members.reduce((sum, channel) => sum + truth.at(row, channel), 0) / members.length;
      error += ((data[row * columns.length + k] ?? Number.NaN) - wanted) ** 2;
      power += wanted ** 2;
    }
    expect(Math.sqrt(error / power)).toBeLessThan(dataset === "ibl" ? 0.1 : 0.003);
  });
});

describe.each(DATASETS)("lfp plot of %s", (dataset) => {
  const ref = identity.probe(dataset, "A");
  const plot = ["lfp", "plot", ref, "--from", "10", "--to", "10.5", "--width", "400", "--height", "400"];

  it("SVG: self-contained, with title, axes, unit, clock, source, and regions in the colours of the atlas", async () => {
    const folder = temporaryFolder();
    const { code, out, err } = await run([...plot, "--csd", "--out", join(folder, "x.svg")]);
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toContain("drawn in");
    const svg = readFileSync(join(folder, "x.svg"), "utf8");
    for (const text of [
      ref,
      "time (s on the session clock)",
      "distance from tip (µm)",
      "µV (99th percentile)",
      "µA/mm³",
    ])
      expect(svg).toContain(text);
    expect(svg).toContain("Drawn by crossprobe");
    expect(svg.match(/href="data:image\/png;base64,iVBOR/g)).toHaveLength(2);
    expect(svg).not.toMatch(/href="(?!data:)/);
    expect(svg).toContain(`fill="#${findRegion("CA1")?.color}"`);
    expect(svg).toContain(">CA1</text>");
  });

  it("PNG: twice the size in pixels", async () => {
    const folder = temporaryFolder();
    const document = await runJson<{ panels: { unit: string; limit: number }[] }>([
      ...plot,
      "--out",
      join(folder, "x.png"),
    ]);
    expect(document.panels).toMatchObject([{ title: "LFP", unit: "µV" }]);
    const png = readFileSync(join(folder, "x.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([800, 800]);
    const louder = await runJson<{ panels: { limit: number }[] }>([
      ...plot,
      "--gain",
      "2",
      "--out",
      join(folder, "y.png"),
    ]);
    const [limit = 0, half = 0] = [document.panels[0]?.limit, louder.panels[0]?.limit];
    expect(Math.abs(limit / half - 2)).toBeLessThan(0.2);
  });
});

describe("lfp plot", () => {
  it("shows saturated samples as no data", async () => {
    const folder = temporaryFolder();
    const line = ["lfp", "plot", SMALL, "--recording", SECOND, "--width", "400", "--height", "400"];
    const { invalid } = await runJson<{ invalid: { sampleCount: number } }>([
      ...[...line, "--samples", "40:220", "--out", join(folder, "a.svg")],
    ]);
    expect(invalid.sampleCount).toBe(27);
    expect(readFileSync(join(folder, "a.svg"), "utf8")).toContain(">no data</text>");
    await run([...line, "--samples", "248:264", "--out", join(folder, "b.svg")]);
    expect(readFileSync(join(folder, "b.svg"), "utf8")).not.toContain(">no data</text>");
  });

  it("refuses what it cannot draw, and leaves nothing behind", async () => {
    const folder = temporaryFolder();
    const line = ["lfp", "plot", SMALL, "--recording", SECOND];
    expect((await run([...line, "--samples", "0:9", "--out", join(folder, "x.pdf")])).code).toBe(2);
    expect((await run([...line, "--samples", "0:9", "--gain", "0", "--out", join(folder, "x.svg")])).code).toBe(2);
    expect((await run([...line, "--out", join(folder, "x.svg")])).code).toBe(2);
    expectFailure(await run([...line, "--samples", "0:1", "--out", join(folder, "x.svg")]), /less than two samples/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
