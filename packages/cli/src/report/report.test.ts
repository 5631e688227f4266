import { type CompareResult, compare } from "@crossprobe/analysis";
import { type AdapterPlugin, createHub } from "@crossprobe/core";
import { memoryPlugin, memoryStores } from "@crossprobe/core/conformance";
import { beforeAll, describe, expect, it } from "vitest";
import { toJson } from "../output/json.js";
import { renderCsv } from "./csv.js";
import { renderHtml } from "./html.js";
import { groupNotices, placesText, renderText, segmentLine } from "./text.js";

// Two datasets made of formulas, one of them with a name that would break a page if it were not escaped.
const hostile: AdapterPlugin = { ...memoryPlugin(), title: "<script>alert(1)</script> & co" };

let result: CompareResult;
beforeAll(async () => {
  const hub = createHub({ stores: memoryStores(), adapters: [hostile] });
  const found = await compare(hub, { mapping: "allen", units: "all" });
  result = {
    ...found,
    failures: [
      {
        dataset: "memory",
        session: "memory:session:s9",
        code: "format",
        message: "broken <bytes>",
        hint: "fetch again",
      },
    ],
  };
  hub.dispose();
});

describe("report.html", () => {
  it("is one document without script, style sheet, font or request", () => {
    const html = renderHtml(result, "a test");
    expect(html.startsWith("<!doctype html>")).toBe(true);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; co");
  });

  it("balances every element that it opens", () => {
    const html = renderHtml(result, "a test").replace(/<!doctype html>|<meta[^>]*>|<br>/g, "");
    const open: string[] = [];
    for (const [, close, name = "", self] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
      if (self) continue;
      if (close) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it("shows each region with its PSTH and power, the failure, the licence and the settings", () => {
    const html = renderHtml(result, "a test");
    for (const region of ["VISp5", "CA1"]) {
      expect(html).toContain(`aria-label="PSTH of ${region}"`);
      expect(html).toContain(`aria-label="LFP power of ${region}"`);
    }
    for (const text of [
      "broken &lt;bytes&gt;",
      "fetch again",
      "MIT",
      "memory-good@2026",
      "over units, not over animals",
    ])
      expect(html).toContain(text);
  });
});

describe("text", () => {
  it("fits eighty columns and names what was left out", () => {
    const text = renderText(result, 80);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(text).toContain("memory:session:s9: broken <bytes>");
  });

  it("shows the response of a region and says what that is", () => {
    const region = result.regions.find(({ datasets }) => datasets.memory?.psth);
    const psth = region?.datasets.memory?.psth;
    const mean = psth?.binStart.map((start) => (start === 0.06 ? 9 : 12));
    const datasets = { memory: { ...region?.datasets.memory, psth: { ...psth, mean } } };
    const text = renderText({ ...result, regions: [{ ...region, datasets }] } as CompareResult, 80);
    expect(text).toMatch(/response Hz +top band\n.* −3\.0 @65 ms/);
    expect(text).toMatch(/^response Hz: where the PSTH departs most/m);
  });

  it("has what must not be compared in full, and counts the other caveats in one line", () => {
    const caveat = { id: "x", concerns: [], datasets: ["memory"], source: "here", mustNotCompare: false };
    const soft = ["soft one", "soft two"].map((text) => ({ ...caveat, text }));
    const hard = { ...caveat, text: "Power must wait.", mustNotCompare: true };
    const text = (caveats: CompareResult["caveats"]) => renderText({ ...result, caveats }, 80);
    expect(text([...soft, hard])).toContain(`Before you compare:
! Power must wait.
- 2 more caveats: see report.html and report.json (--out), or --json
`);
    expect(text([...soft, hard])).not.toContain("soft");
    expect(text(soft.slice(1))).toContain("\n- 1 caveat: see report.html");
    expect(text([hard])).not.toContain("report.html");
  });

  it("says how much LFP was left out, or nothing when all was used", () => {
    const use = { dataset: "d", probe: "d:probe:1", channels: 1, usedChannels: 1, interval: { start: 0, stop: 1 } };
    expect(segmentLine({ ...use, segments: { total: 4, kept: 4, invalid: 0, notCovered: 0 } })).toBeUndefined();
    expect(segmentLine({ ...use, segments: { total: 4, kept: 1, invalid: 2, notCovered: 1 } })).toBe(
      "d:probe:1: of 4 LFP segments, 2 touch an invalid span and 1 lies where the file has no samples",
    );
  });

  it("adds equal notices up and names the first place", () => {
    const notice = { dataset: "d", code: "x", message: "m", count: 2, where: "file:///a/b.nwb" };
    const [group, ...others] = groupNotices([notice, { ...notice, count: 3, where: "file:///a/c.nwb" }]);
    expect([group?.count, placesText(group?.places ?? []), others]).toEqual([5, "b.nwb and 1 more", []]);
  });
});

describe("report.csv and report.json", () => {
  it("has a row a region and dataset, with units in the column names", () => {
    const [header, ...rows] = renderCsv(result).trim().split("\n");
    expect(header).toMatch(/^region,regionId,name,dataset,sessions,.*firingRateMedianHz.*deltaMeanOverProbesUv2/);
    expect(rows.length).toBe(result.regions.length);
  });

  it("has the stable names, and its own JSON reads back equal", () => {
    const parsed = JSON.parse(toJson(result));
    expect(Object.keys(parsed)).toEqual(
      expect.arrayContaining(["mapping", "units", "regions", "totals", "provenance"]),
    );
    const found = parsed.regions.find(({ region }: { region: string }) => region === "CA1").datasets.memory;
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        "sessions",
        "probes",
        "channels",
        "lfpChannels",
        "units",
        "firingRate",
        "psth",
        "lfpPowerUv2",
        "caveats",
      ]),
    );
    expect(parsed.regions).toEqual(JSON.parse(JSON.stringify(result.regions)));
  });
});
