import { describe, expect, it } from "vitest";
import { defaultManifest, parseManifest } from "./manifest.js";

const VERSION = { type: "manifest_version", value: "0.3.0" };
const BASE = { key: "BASEDIR", type: "dir", spec: "." };

function parse(entries: readonly object[], baseUrl = "file:///data/100%25/cache/") {
  return parseManifest({ manifest: [VERSION, ...entries] as { type: string }[] }, baseUrl, "manifest.json");
}

describe("parseManifest", () => {
  it("joins a file to its parent and fills in identifiers in order", () => {
    const manifest = parse([
      BASE,
      { key: "session_data", type: "dir", spec: "session_%d", parent_key: "BASEDIR" },
      { key: "probe_lfp_nwb", type: "file", spec: "probe_%d_lfp.nwb", parent_key: "session_data" },
    ]);
    expect(manifest.keyOf("probe_lfp_nwb", "7", "12")).toBe("session_7/probe_12_lfp.nwb");
    expect(manifest).toMatchObject({ version: "0.3.0", notices: [] });
  });

  it("keeps a percent sign of the folder's own name", () => {
    const absolute = parse([
      { key: "BASEDIR", type: "dir", spec: "/data/100%/cache/tables" },
      { key: "sessions", type: "file", spec: "sessions.csv", parent_key: "BASEDIR" },
    ]);
    expect(absolute.keyOf("sessions")).toBe("tables/sessions.csv");
  });

  it("normalises a path, and refuses one that leaves the folder", () => {
    const inside = parse([BASE, { key: "units", type: "file", spec: "a/../b//units.csv", parent_key: "BASEDIR" }]);
    expect(inside.keyOf("units")).toBe("b/units.csv");
    expect(() =>
      parse([BASE, { key: "units", type: "file", spec: "a/../../units.csv", parent_key: "BASEDIR" }]),
    ).toThrow(/entry units of .*manifest\.json leaves the folder/);
    expect(() => parse([{ key: "BASEDIR", type: "dir", spec: "/elsewhere" }])).toThrow(/leaves the folder/);
    expect(() => parse([{ key: "BASEDIR", type: "dir", spec: "/" }], "memory://cache/")).toThrow(/leaves the folder/);
  });

  it("refuses a parent that no earlier entry is, a file it does not name, a placeholder it cannot fill", () => {
    expect(() => parse([{ key: "units", type: "file", spec: "units.csv", parent_key: "BASEDIR" }])).toThrow(
      /below BASEDIR/,
    );
    expect(() => parse([BASE]).keyOf("units")).toThrow(/names no file "units"/);
    const odd = parse([BASE, { key: "units", type: "file", spec: "units_%x.csv", parent_key: "BASEDIR" }]);
    expect(() => odd.keyOf("units", "1")).toThrow(/placeholder %x/);
  });

  it("reports an entry of an unknown type and reads on", () => {
    const { notices } = parse([BASE, { key: "x", type: "dir_name", spec: "x" }]);
    expect(notices.map(({ code }) => code)).toEqual(["manifest-entry-unknown"]);
  });
});

describe("defaultManifest", () => {
  it("has the release's names and says that it is assumed", () => {
    const manifest = defaultManifest("file:///data/");
    expect(manifest.keyOf("session_nwb", "5", "5")).toBe("session_5/session_5.nwb");
    expect(manifest.keyOf("channels")).toBe("channels.csv");
    expect(manifest.notices.map(({ code }) => code)).toEqual(["manifest-absent"]);
  });
});
