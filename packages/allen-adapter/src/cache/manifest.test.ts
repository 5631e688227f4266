import { describe, expect, it } from "vitest";
import { cacheFileKey } from "./cache-files.js";
import { defaultManifest, parseManifest } from "./manifest.js";
import { encodeManifest } from "./manifest-entries.js";

const VERSION = { type: "manifest_version", value: "0.3.0" };
const BASE = { key: "BASEDIR", type: "dir", spec: "." };

const withVersion = (value: unknown) => ({ manifest: [{ type: "manifest_version", value }, BASE] });

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

describe("paths of other systems and other hands", () => {
  it("reads backslashes as slashes, with a notice, and refuses what leaves the folder by them", () => {
    const { notices, ...manifest } = parse([
      BASE,
      { key: "units", type: "file", spec: "a\\units.csv", parent_key: "BASEDIR" },
    ]);
    expect([manifest.keyOf("units"), notices.map(({ code }) => code)]).toEqual([
      "a/units.csv",
      ["manifest-backslashes"],
    ]);
    expect(() => parse([{ key: "BASEDIR", type: "dir", spec: "..\\other" }])).toThrow(/leaves the folder/);
    expect(() => parse([{ key: "BASEDIR", type: "dir", spec: "\\\\server\\share" }])).toThrow(/leaves the folder/);
  });

  it("follows an absolute path of Windows where it is the folder itself", () => {
    const entries = (spec: string) => [
      { key: "BASEDIR", type: "dir", spec },
      { key: "units", type: "file", spec: "units.csv", parent_key: "BASEDIR" },
    ];
    const base = "file:///C:/data/allen/";
    expect(parse(entries("c:\\data\\allen"), base).keyOf("units")).toBe("units.csv");
    expect(() => parse(entries("D:\\data\\allen"), base)).toThrow(/leaves the folder/);
    expect(() => parse(entries("C:\\data\\allen"))).toThrow(/leaves the folder/);
  });

  it("knows no entry that is its own ancestor", () => {
    expect(() => parse([{ key: "A", type: "dir", spec: "a", parent_key: "A" }])).toThrow(/below A, which no earlier/);
    const pair = [
      { key: "A", type: "dir", spec: "a", parent_key: "B" },
      { key: "B", type: "dir", spec: "b", parent_key: "A" },
    ];
    expect(() => parse(pair)).toThrow(/below B, which no earlier/);
  });

  it("takes the last of two entries of one key, with a notice", () => {
    const twice = ["one.csv", "two.csv"].map((spec) => ({ key: "units", type: "file", spec, parent_key: "BASEDIR" }));
    const manifest = parse([BASE, ...twice]);
    expect([manifest.keyOf("units"), manifest.notices.map(({ code }) => code)]).toEqual([
      "two.csv",
      ["manifest-key-repeated"],
    ]);
  });
});

describe("the version", () => {
  const hintOf = (value: unknown, expectedVersion?: string) => {
    try {
      parseManifest(withVersion(value) as never, "file:///data/", "manifest.json", { expectedVersion });
    } catch (error) {
      return (error as { hint?: string }).hint ?? "";
    }
    return "read";
  };

  it("must be the one that is expected; others are older, newer, or neither", () => {
    expect(hintOf("0.3.0")).toBe("read");
    expect(hintOf("0.2.9")).toMatch(/older AllenSDK/);
    expect(hintOf("0.10.0"), "as numbers: a plain comparison would call it older").toMatch(/newer AllenSDK/);
    expect(hintOf("abc")).toMatch(/does not say what it was made by/);
    expect(hintOf(3)).toMatch(/does not say what it was made by/);
    expect(hintOf("0.3.0", "0.4.0")).toMatch(/older AllenSDK.*Leave the expected version out/);
  });
});

describe("cacheFileKey", () => {
  const manifest = defaultManifest("file:///data/");

  it("puts each file where AllenSDK looks for it", () => {
    const keys = [
      { kind: "session-nwb", session: 5 } as const,
      { kind: "lfp-nwb", session: "5", probe: "7" } as const,
      { kind: "type-metrics", sessionType: "brain_observatory_1.1" } as const,
      { kind: "natural-scene", number: 117 } as const,
    ].map((file) => cacheFileKey(manifest, file));
    expect(keys).toEqual([
      "session_5/session_5.nwb",
      "session_5/probe_7_lfp.nwb",
      "brain_observatory_1.1_analysis_metrics.csv",
      "natural_scene_templates/natural_scene_117.tiff",
    ]);
  });

  it.each(["../../etc", "..", ".", "a/b", "a\\b", "", "x\0"])("refuses the session type %j", (sessionType) => {
    expect(() => cacheFileKey(manifest, { kind: "type-metrics", sessionType })).toThrow(/is no name/);
  });

  it("refuses identifiers that are no numbers, and more of them than there is place for", () => {
    expect(() => cacheFileKey(manifest, { kind: "session-nwb", session: "../5" })).toThrow(/is no number/);
    expect(() => cacheFileKey(manifest, { kind: "natural-movie", number: -1 })).toThrow(/is no number/);
    expect(() => manifest.keyOf("sessions", 5)).toThrow(/has no place for 5/);
  });
});

describe("encodeManifest", () => {
  it("reads back as the default", () => {
    const { paths, notices } = parseManifest(JSON.parse(encodeManifest()), "file:///data/", "manifest.json");
    expect([paths, notices]).toEqual([defaultManifest("file:///data/").paths, []]);
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
