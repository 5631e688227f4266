import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Outcome, run } from "../cli/run.js";
import { SHARED } from "./shared.js";

/** Every golden file and folder given to `inspect`: it is described, or refused in one typed line; it never crashes. */

const GOLDEN = SHARED === undefined ? "" : join(SHARED, "golden");

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? [path, ...walk(path)] : [path];
  });
}

/** One of each kind of thing that is there many times: arrays and expectations by folder and extension. */
function thinned(paths: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return paths.filter((path) => {
    if (!/\.(npy|json|pqt|csv|py|md)$/.test(path) || /malformed|errata|zoo|text\./.test(path)) return true;
    const kind = `${join(path, "..")}/*.${path.split(".").at(-1)}`;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return (seen.get(kind) ?? 0) <= 2;
  });
}

function expectSound(path: string, { code, out, err }: Outcome): void {
  if (code === 0) {
    expect(err, path).toBe("");
    const { file, kind, format, facts, sections, problems, notices } = JSON.parse(out);
    expect([typeof file, typeof kind, typeof format], path).toEqual(["string", "string", "string"]);
    expect([facts, sections, problems, notices].every(Array.isArray), path).toBe(true);
    return;
  }
  expect({ code, out }, err).toEqual({ code: 1, out: "" });
  expect(err.trimEnd().split("\n"), path).toHaveLength(1);
  // A class of our own has its message alone; a crash begins with the name of its class.
  expect(err, path).not.toMatch(/^crossprobe: \w*Error: /);
  expect(err, path).toContain(encodeURI(basename(path)).replaceAll("#", "%23"));
}

describe.skipIf(SHARED === undefined)("inspect (runs where ../shared/golden is)", () => {
  const inspect = async (path: string) => JSON.parse((await run(["inspect", join(GOLDEN, path), "--json"])).out);

  it.each(["nwb", "lfpack", "ibl", "allen", "rosetta"])(
    "describes or refuses everything in %s",
    async (name) => {
      const paths = thinned(walk(join(GOLDEN, name)));
      expect(paths.length).toBeGreaterThan(50);
      for (const path of paths) expectSound(path, await run(["inspect", path, "--json"]));
    },
    120_000,
  );

  it.each(["pynwb-1.0.2", "pynwb-1.3.0", "pynwb-2.8.3", "pynwb-4.2"])("every file of %s is NWB", async (writer) => {
    for (const name of readdirSync(join(GOLDEN, "nwb", writer)).filter((file) => file.endsWith(".nwb"))) {
      const path = join("nwb", writer, name);
      const { format, problems } = await inspect(path);
      expect(format, path).toBe("nwb");
      // That one has its samples in the file beside it, which is said and not followed.
      expect(problems, path).toEqual(
        /linked/.test(name) ? [expect.stringMatching(/external_data.*electrical\.nwb/)] : [],
      );
      const { out } = await run(["inspect", join(GOLDEN, path)]);
      for (const line of out.split("\n").slice(1)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it("LFPack of both formats: recordings with their scales", async () => {
    // Written by lfpack with 2 recordings; the sample archive by lfpack 1.2 (format 2), the other by 0.4 (format 1).
    for (const [path, version] of [
      ["rosetta/ibl/lf_compressed.h5", "2"],
      ["rosetta/lfpack-format1/lf_compressed.h5", "1"],
    ] as const) {
      const { format, facts, sections } = await inspect(path);
      expect(format, path).toBe("lfpack");
      expect(facts).toContainEqual({ name: "recordings", value: "2" });
      expect(sections[0].rows.map((row: string[]) => row[2])).toEqual([version, version]);
    }
  });

  it("arrays, tables and folders say what they hold", async () => {
    const session = "rosetta/ibl/examplelab/Subjects/XP_001/2026-01-15/001";
    const times = await inspect(`${session}/alf/_ibl_wheel.timestamps.npy`);
    expect(times).toMatchObject({ format: "npy" });
    expect(times.facts).toContainEqual({
      name: "ALF name",
      value: "namespace ibl, object wheel, attribute timestamps",
    });
    expect(times.facts).toContainEqual({ name: "dtype", value: "<f8" });
    const units = await inspect("rosetta/allen/units.csv");
    expect(units.sections[0].rows.map(([name]: string[]) => name)).toContain("ecephys_channel_id");
    const sessions = await inspect("rosetta/ibl/sessions.pqt");
    expect(sessions).toMatchObject({ format: "parquet" });
    expect(sessions.facts).toContainEqual({ name: "rows", value: "1" });
    expect((await inspect("rosetta/ibl")).kind).toMatch(/ONE cache/);
    expect((await inspect("rosetta/allen")).kind).toMatch(/EcephysProjectCache/);
  });
});
