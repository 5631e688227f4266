import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readParquet } from "@crossprobe/formats/parquet";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { TOKEN } from "../alyx-server/alyx-server.js";
import { EID, setUp } from "../alyx-server/helpers.js";
import { copySample, expectFailure, removeFolders, run, runJson, SAMPLE, temporaryFolder } from "./run.js";

afterAll(removeFolders);
afterEach(() => vi.unstubAllEnvs());

interface Document {
  readonly rows: readonly Record<string, unknown>[];
  readonly columns: readonly { readonly name: string; readonly description: string }[];
  readonly counts: Readonly<Record<string, number>>;
}

describe("crossprobe ibl status", () => {
  it("prints a row a session, within 80 columns, and the counts", async () => {
    const { code, out, err } = await run(["ibl", "status"]);
    expect({ code, out: out.split("\n") }).toEqual({
      code: 0,
      out: [
        "session                task   ephys  video  histology",
        "XP_001/2026-01-15/001  2/0/6  4/0/4  0/0/6  6/0 ?1",
        "",
      ],
    });
    expect(err).toMatch(/^1 session, 6 extraction complete, 16 raw data missing, .* 10 absent, 6 steps done/s);
    for (const line of err.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("explains what is not complete below each aspect", async () => {
    const { out } = await run(["ibl", "status", "--by", "aspect", "--group", "ephys", "--only", "missing"]);
    expect(out).toContain("XP_001/2026-01-15/001  e9930bb9-2950-34c9-847e-46a5d438b5c6\n");
    expect(out).toContain(
      "probe00_raw_ap    raw data missing\n    _spikeglx_ephysData_g*_t*.imec*.ap.cbin not in raw_ephys_data/probe00\n",
    );
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("gives every value as a document, absent ones as null, and says what each column is", async () => {
    const { rows, columns, counts } = await runJson<Document>(["ibl", "status", "--source", SAMPLE.ibl]);
    expect(rows[0]).toMatchObject({ probe00_spikes: "extraction complete", probe00_traced: true, image_stacks: null });
    expect(Object.keys(rows[0] ?? {})).toEqual(columns.map(({ name }) => name));
    expect(columns.every(({ description }) => description !== "")).toBe(true);
    expect(counts).toMatchObject({ sessions: 1, absent: 10 });
  });

  it("takes its source by the option of the other commands, too", async () => {
    const [own, other] = await Promise.all(
      ["--source", "--ibl"].map((option) => run(["ibl", "status", option, SAMPLE.ibl])),
    );
    expect(other).toEqual(own);
    expect((await run(["ibl", "status", "--ibl", "nowhere"])).code).toBe(1);
  });

  it("says that a folder holds no session, and what was looked for", async () => {
    const { code, out, err } = await run(["ibl", "status", "--ibl", SAMPLE.allen]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /no session in \S+: neither sessions\.pqt nor a folder .*; give the folder that holds the lab folders/,
    );
  });

  it("writes the table as Parquet and CSV, with the same columns", async () => {
    const folder = temporaryFolder();
    for (const name of ["sessions.parquet", "sessions.csv"]) {
      const { code, out } = await run(["ibl", "status", "--out", join(folder, name)]);
      expect({ code, out }).toEqual({ code: 0, out: "" });
    }
    const table = await readParquet(new LocalStore(folder), "sessions.parquet");
    expect([...(table?.columns.keys() ?? [])].slice(0, 8)).toEqual([
      ...["eid", "lab", "subject", "date", "number", "task_protocol", "trials", "wheel"],
    ]);
    expect(table?.columns.get("probe01_traced")).toEqual([true]);
    expect(table?.columns.get("image_stacks")).toEqual([null]);
    expect(readFileSync(join(folder, "sessions.csv"), "utf8").split("\n")[0]?.split(",")).toEqual([
      ...(table?.columns.keys() ?? []),
    ]);
  });

  it("asks Alyx; a session that it does not have is reported, and the exit code is 1", async () => {
    const { server } = await setUp();
    vi.stubEnv("ALYX_URL", server.url);
    vi.stubEnv("ALYX_TOKEN", TOKEN);
    const unknown = "00000000-0000-4000-8000-000000000000";
    const { code, out, err } = await run(["ibl", "status", "--alyx", "--session", unknown, "--session", EID]);
    expect(code).toBe(1);
    expect(out).toContain("XP_001/2022-03-14/001  4/0/4");
    expect(err).toContain(`crossprobe: session ${unknown}: `);
    expect(err).not.toContain(TOKEN);
    expectFailure(await run(["ibl", "status", "--alyx", "--session", unknown]), "none of 1 could be read");
    vi.stubEnv("ALYX_URL", "");
    expectFailure(await run(["ibl", "status", "--alyx"]), "ALYX_URL is not set");
  });

  it("tells wrong usage from failure", async () => {
    for (const wrong of [["--only", "error"], ["--by", "row"], ["--session", "x"], ["--from", "today"], ["--group"]]) {
      const { code, err } = await run(["ibl", "status", ...wrong]);
      expect({ wrong, code }).toEqual({ wrong, code: 2 });
      expect(err).toContain("see crossprobe ibl status --help");
    }
    expectFailure(await run(["ibl", "status", "--source", "/nowhere"]), "no file or folder at /nowhere");
    const archive = join(copySample("ibl"), "lf_compressed.h5");
    expectFailure(await run(["ibl", "status", "--source", archive]), "no source is a ONE folder");
    expectFailure(await run(["ibl", "status", "--session", "XP_001/2020-01-01/001"]), /no session XP_001.2020-01-01/);
  });
});
