import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "@crossprobe/cli";
import { parseNpy } from "@crossprobe/formats/npy";
import { readParquet } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import { expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

/** `lfp info` and `lfp read` of files, held to what the reference reader answered for them (`test/fixtures/lfpack/expected`). */

afterAll(removeFolders);

const FOLDER = fileURLToPath(new URL("../fixtures/lfpack/", import.meta.url));
const archive = (name: string) => join(FOLDER, `${name}.h5`);

interface Window {
  readonly first: number;
  readonly last: number;
  readonly bin: number;
  readonly channels: readonly number[] | null;
  readonly npy: string;
}
interface Entry {
  readonly recording: string | null;
  readonly formatVersion: number;
  readonly nc: number;
  readonly ns: number;
  readonly fs: number;
  readonly t0: number | null;
  readonly rl: number;
  readonly times: { readonly at: readonly (readonly [number, number])[] };
  readonly saturationMask: { readonly spans: readonly (readonly [number, number])[] };
  readonly chunks: readonly { readonly rank: number; readonly nKept: number; readonly decodedMaxAbs: number }[];
  readonly windows: readonly Window[];
}
const expectedOf = (name: string) =>
  JSON.parse(readFileSync(join(FOLDER, "expected", `${name}.json`), "utf8")) as { entries: readonly Entry[] };
const named = ({ recording }: Entry) => (recording === null ? [] : ["--recording", recording]);
const peakOf = ({ chunks }: Entry) => Math.max(...chunks.map(({ decodedMaxAbs }) => decodedMaxAbs));
const npy = (path: string) => {
  const { data, shape, dtype } = parseNpy(readFileSync(path), path);
  return { data: Array.from(data as Float32Array), shape, dtype };
};
const largestDifference = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

const CASES = ["format-1/small", "format-1/legacy-flat", "format-2/small", "format-2/mixed-formats"].flatMap((name) =>
  expectedOf(name).entries.map((entry, i) => ({ title: `${name}, ${i}`, name, entry })),
);

describe.each(CASES)("lfp read of $title", ({ name, entry }) => {
  it("windows of samples as the reference reader gives them, bins as its sums", async () => {
    const folder = temporaryFolder();
    for (const [i, window] of entry.windows.entries()) {
      const out = join(folder, `${i}.npy`);
      if (window.first >= window.last) continue;
      // The reference numbers bins; here the channels of a bin are listed.
      const members = window.channels?.map((bin) => `${bin * window.bin}-${(bin + 1) * window.bin - 1}`);
      const channels = members === undefined ? [] : ["--channels", members.join(",")];
      const bins = window.bin === 1 ? [] : ["--bin", String(window.bin), "--aggregate", "sum"];
      const line = [archive(name), ...named(entry), "--samples", `${window.first}:${window.last}`, "--out", out];
      const { code, err } = await run(["lfp", "read", ...line, ...channels, ...bins]);
      expect(code, err).toBe(0);
      const [found, expected] = [npy(out), npy(join(FOLDER, "expected", name.split("/")[0] ?? "", window.npy))];
      expect(found).toMatchObject({ shape: expected.shape, dtype: "<f4" });
      expect(largestDifference(found.data, expected.data)).toBeLessThanOrEqual(1e-6 * peakOf(entry) * window.bin);
    }
  });

  it("times beside it, the same bits", async () => {
    const out = join(temporaryFolder(), "x.npy");
    await run(["lfp", "read", archive(name), ...named(entry), "--samples", `0:${entry.ns}`, "--out", out]);
    const times = npy(out.replace(".npy", ".times.npy"));
    expect(times).toMatchObject({ dtype: "<f8", shape: [entry.ns] });
    for (const [sample, time] of entry.times.at) expect(times.data[sample]).toBe(time);
  });

  it("info: what its header says", async () => {
    const found = await runJson<Record<string, unknown>>(["lfp", "info", archive(name), ...named(entry)]);
    const chunks = {
      count: entry.chunks.length,
      keptCount: entry.chunks.reduce((sum, { nKept }) => sum + nKept, 0),
      ranks: { largest: Math.max(...entry.chunks.map(({ rank }) => rank)) },
    };
    expect(found).toMatchObject({
      ...{ recording: entry.recording, formatVersion: entry.formatVersion, sampleCount: entry.ns, unit: "V" },
      ...{ codec: { chunks }, clock: { samplingRate: entry.fs, quality: entry.t0 === null ? "unsynced" : "synced" } },
    });
    expect(found.channels).toHaveLength(entry.nc);
    const invalid = found.invalid as { kind: string; samples: unknown }[];
    expect(invalid.filter(({ kind }) => kind === "saturated").map(({ samples }) => samples)).toEqual(
      entry.saturationMask.spans,
    );
  });
});

describe("lfp of a file", () => {
  const [, second = expect.fail("no second recording")] = expectedOf("format-2/small").entries;
  const small = [archive("format-2/small"), ...named(second)];

  it("info without --recording lists recordings with length, rate, clock and saturation", async () => {
    const { recordings, counts } = await runJson<{ recordings: Record<string, unknown>[]; counts: unknown }>([
      ...["lfp", "info", archive("format-2/small")],
    ]);
    const { entries } = expectedOf("format-2/small");
    expect(counts).toEqual({ recordings: entries.length, scales: entries.length });
    for (const [i, entry] of entries.entries()) {
      expect(recordings[i]).toMatchObject({
        ...{ recording: entry.recording, scale: 0, error: null, formatVersion: 2, channelCount: entry.nc },
        ...{
          durationSeconds: entry.rl,
          clock: { samplingRate: entry.fs },
          codec: { writerVersion: "1.2.0", alpha: 7 },
        },
      });
    }
    const { code, out } = await run(["lfp", "info", archive("format-2/small")]);
    expect(code).toBe(0);
    for (const { recording } of entries) expect(out).toContain(recording);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("a name is enough as far as it is the only one to begin so", async () => {
    const name = second.recording ?? expect.fail("no name");
    const short = name.slice(0, 4);
    const begins = expectedOf("format-2/small").entries.filter(({ recording }) => recording?.startsWith(short));
    expect(begins).toHaveLength(1);
    const { code, out } = await run(["lfp", "info", archive("format-2/small"), "--recording", short]);
    expect(code).toBe(0);
    expect(out).toContain(name);
    expect((await run(["lfp", "info", archive("format-2/small"), "--recording", ""])).code).toBe(1);
  });

  it("mean is the sum divided, and the default", async () => {
    const read = ["lfp", "read", ...small, "--samples", "248:264", "--bin", "4"];
    const window = second.windows.find(({ first, bin }) => first === 248 && bin === 4) ?? expect.fail("no window");
    const sums = npy(join(FOLDER, "expected/format-2", window.npy)).data;
    for (const how of [[], ["--aggregate", "mean"]]) {
      const { data, bin } = await runJson<{ data: number[]; bin: unknown }>([...read, ...how]);
      expect(bin).toEqual({ size: 4, aggregate: "mean" });
      expect(
        largestDifference(
          data,
          sums.map((sum) => sum / 4),
        ),
      ).toBeLessThan(1e-6 * peakOf(second));
    }
  });

  it("--channels takes numbers, half-open and closed ranges; bins follow the list", async () => {
    const read = ["lfp", "read", ...small, "--samples", "248:250"];
    const { channels } = await runJson<{ channels: { index: number }[] }>([...read, "--channels", "9,0:2,4-6"]);
    expect(channels.map(({ index }) => index)).toEqual([9, 0, 1, 4, 5, 6]);
    const binned = await runJson<{ channels: { channels: number[] }[] }>([...read, "--channels", "0-8", "--bin", "4"]);
    expect(binned.channels.map((column) => column.channels)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect((await run([...read, "--channels", "0-8", "--bin", "4"])).err).toContain("ch 8 fill no bin of 4");
  });

  it("--from and --to are seconds of its clock", async () => {
    const [, [, from] = [], , [, to] = []] = second.times.at;
    const { times } = await runJson<{ times: number[] }>([
      ...["lfp", "read", ...small, "--channels", "0", "--from", String(from), "--to", String(to)],
    ]);
    expect(times[0]).toBe(from);
    expect(times.at(-1)).toBeLessThan(to ?? Number.NaN);
  });

  it("an unsynced recording is asked by samples", async () => {
    const [first = expect.fail("no entry")] = expectedOf("format-2/mixed-formats").entries;
    const read = ["lfp", "read", archive("format-2/mixed-formats"), ...named(first)];
    expectFailure(
      await run([...read, "--from", "0", "--to", "1"]),
      "not on the session clock",
      "--samples, within 0:700",
    );
    expect((await run([...read, "--samples", "0:10"])).code).toBe(0);
  });

  it("an NWB file is read through the same view", async () => {
    const file = readdirSync(SAMPLE.allen, { recursive: true })
      .map(String)
      .find((path) => path.endsWith("_lfp.nwb"));
    const nwb = join(SAMPLE.allen, file ?? expect.fail("no LFP file"));
    const probe = /probe_(\d+)_lfp/.exec(nwb)?.[1];
    const line = ["--samples", "100:140", "--channels", "0-3"];
    const byFile = await runJson<{ data: number[]; times: number[] }>(["lfp", "read", nwb, ...line]);
    const byRef = await runJson<{ data: number[]; times: number[] }>(["lfp", "read", `allen:probe:${probe}`, ...line]);
    expect(byFile).toMatchObject({ data: byRef.data, times: byRef.times });
    const info = await runJson<{ clock: unknown; sampleCount: number }>(["lfp", "info", nwb]);
    expect(info.sampleCount).toBeGreaterThan(0);
  });

  // `make.py` of the fixtures: 1250 Hz, two stretches of 3 and 2 samples from 3.5 s and 5.5 s on.
  it.each(["lfp-2019.nwb", "lfp-2020.nwb"])("%s: a pause does not slow the rate, and is said", async (name) => {
    const file = fileURLToPath(new URL(`../fixtures/allen-lfp/${name}`, import.meta.url));
    const { code, out, err } = await run(["lfp", "info", file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^covers +3\.500000 to 5\.501600 s on the session clock, 5 samples$/m);
    expect(out).toMatch(/^rate +1250\.0000 Hz/m);
    expect(err.replace(/\s+/g, " ")).toContain("note: The samples do not fill the time from first to last");
    const target = join(temporaryFolder(), "x.npy");
    expect((await run(["lfp", "read", file, "--samples", "2:4", "--out", target])).code).toBe(0);
    expect(npy(target)).toMatchObject({
      shape: [2, 2],
      data: [4, 5, 6, 7].map((step) => Math.fround(step * 0.195e-6)),
    });
    expect(npy(target.replace(".npy", ".times.npy")).data).toEqual([3.5016, 5.5]);
  });

  it("tables hold what the array holds", async () => {
    const folder = temporaryFolder();
    const read = ["lfp", "read", ...small, "--samples", "200:300", "--bin", "8"];
    for (const name of ["x.npy", "x.parquet", "x.csv"])
      expect((await run([...read, "--out", join(folder, name)])).code).toBe(0);
    const table = await readParquet(new LocalStore(folder), "x.parquet");
    const { data } = npy(join(folder, "x.npy"));
    expect([...(table?.columns.keys() ?? [])]).toEqual(["time", "ch 0-7", "ch 8-15"]);
    expect(Array.from(table?.columns.get("ch 8-15") ?? [])).toEqual(data.filter((_, i) => i % 2 === 1));
    const [head, ...lines] = readFileSync(join(folder, "x.csv"), "utf8").trimEnd().split("\n");
    expect(head).toBe("time,ch 0-7,ch 8-15");
    expect(lines.map((line) => Math.fround(Number(line.split(",")[1])))).toEqual(data.filter((_, i) => i % 2 === 0));
  });
});

describe("samples that only reading shows to be lost", () => {
  // lfpack 0.2 threw away every coefficient of the second of four chunks of 2048 samples; zeros elsewhere are of small coefficients.
  const lost = { kind: "codec-dropout", samples: [2048, 4096] };
  const file = archive("format-1/codec-dropout");

  it("are said by read, in words and as JSON", async () => {
    const folder = temporaryFolder();
    const line = ["lfp", "read", file, "--samples", "0:6000", "--channels", "0-3"];
    const { code, err } = await run([...line, "--out", "x.npy"], { cwd: folder });
    expect(code).toBe(0);
    expect(err).toContain("codec-dropout from 8.69");
    expect(err).toContain("chunks lost all their coefficients");
    const { invalid } = await runJson<{ invalid: readonly object[] }>(line);
    expect(invalid).toContainEqual(expect.objectContaining(lost));
  });

  it("are counted by kind in an export, and null", async () => {
    const folder = temporaryFolder();
    const line = ["lfp", "export", file, "--by", "bin:48", "--samples", "2048:5000", "--out", "x.parquet"];
    const { code, err } = await run(line, { cwd: folder });
    expect([code, err]).toEqual([0, expect.stringContaining("2048 codec-dropout")]);
    const { columns } = (await readParquet(new LocalStore(folder), "x.parquet")) ?? expect.fail("no file");
    const means = columns.get("ch 0-47") as ArrayLike<number>;
    expect(Array.from({ length: 2048 }, (_, i) => means[i]).every((value) => Number.isNaN(value))).toBe(true);
  });

  it("are no claim of soundness before: info says what is not known", async () => {
    const { out } = await run(["lfp", "info", file, "--recording", "2467e483-c1b8-4bc3-b731-00a46340df72"]);
    expect(out.replace(/\s+/g, " ")).toContain("lost samples show only when they are read");
  });
});

describe("wrong usage and wrong files", () => {
  const small = archive("format-2/small");

  it.each([
    [["read", small], /--from and --to in seconds, or --samples/],
    [["read", small, "--from", "1"], /--from and --to/],
    [["read", small, "--samples", "5:5"], /range 5:5 is empty/],
    [["read", small, "--samples", "0:5", "--from", "1"], /cannot be used with/],
    [["read", small, "--samples", "0:5", "--aggregate", "sum"], /give --bin, too/],
    [["read", small, "--samples", "0:5", "--bin", "0"], /one or more/],
    [["read", "allen:probe:910000201", "--recording", "x", "--from", "4", "--to", "5"], /are for files/],
    [["info", "allen:unit:1"], /a probe reference is needed/],
  ])("%j is wrong usage", async (args, says) => {
    const { code, out, err } = await run(["lfp", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(says);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it.each([
    [["read", small, "--samples", "0:5"], /holds 2 recordings and none was named; name one with --recording, such as/],
    [["read", small, "--recording", "nobody", "--samples", "0:5"], /no recording nobody; it holds/],
    [["info", join(FOLDER, "README.md")], /neither an LFPack archive nor an NWB file.*crossprobe inspect/],
    [["info", FOLDER], /it is a folder/],
    [["info", "no-such.h5"], /no file or folder at .*no-such\.h5/],
    [["read", archive("format-1/legacy-flat"), "--samples", "0:9999"], /not all among the 4500/],
    [
      ["read", archive("format-1/legacy-flat"), "--samples", "0:9", "--channels", "99"],
      /channel 99 is not one of the 32/,
    ],
    [["read", archive("format-1/legacy-flat"), "--samples", "0:9", "--bin", "33"], /bins of 33 do not fit 32/],
  ])("%j is a failure", async (args, says) => {
    expectFailure(await run(["lfp", ...args]), says);
  });

  it("a file that is not LFPack inside is refused", async () => {
    const plain = join(SAMPLE.ibl, "../../test/fixtures/hdf5");
    const file = readdirSync(plain).find((name) => name.endsWith(".h5")) ?? expect.fail("no HDF5 fixture");
    expectFailure(await run(["lfp", "info", join(plain, file)]), /no LFPack archive/, /crossprobe inspect/);
  });

  it("an interruption leaves nothing behind, and what was there stays", async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    const io = { cwd: folder, columns: 80, isTerminal: false, isOutTerminal: false, signal: controller.signal };
    const errors: string[] = [];
    const args = ["lfp", "read", archive("format-1/legacy-flat"), "--samples", "0:4500", "--out", "new/x.npy"];
    controller.abort(new Error("interrupted"));
    const code = await runCommand(args, {
      ...io,
      out: () => undefined,
      outBytes: () => undefined,
      err: (text) => errors.push(text),
    });
    expect({ code, errors }).toEqual({ code: 1, errors: ["crossprobe: interrupted\n"] });
    expect(readdirSync(folder)).toEqual([]);
  });
});
