import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { metaText, rawFixture } from "../../../../test/ibl/raw-files.js";
import { readImroTable } from "./imro-table.js";
import { readGeometry } from "./site-geometry.js";
import { parseSpikeglxMeta } from "./spikeglx-meta.js";
import { voltsPerBit } from "./volts-per-bit.js";

const URL = "memory://raw/a.meta";
const parse = (changes: Parameters<typeof metaText>[0] = {}) => parseSpikeglxMeta(metaText(changes), URL);
const failure = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("parseSpikeglxMeta", () => {
  it("reads numbers, lists and text, also below zero and with a tilde", () => {
    const { values } = parse({ imAiRangeMin: "-0.6", userNotes: "a=b, c", imDatBsc_fw: "3.2.176", imStdby: "" });
    expect(["imAiRangeMin", "userNotes", "imDatBsc_fw", "imStdby", "snsApLfSy"].map((key) => values.get(key))).toEqual([
      -0.6,
      "a=b, c",
      "3.2.176",
      "",
      [0, 4, 1],
    ]);
    expect(values.has("imroTbl")).toBe(true);
  });

  it("keeps digits that no number holds as text", () => {
    expect(parse({ fileSHA1: "1234567890123456789012345678901234567890" }).values.get("fileSHA1")).toBe(
      "1234567890123456789012345678901234567890",
    );
  });

  it.each([["typeThis"], ["nSavedChans"], ["imSampRate"], ["snsApLfSy"]])(
    "names the file and key where %s is absent",
    (key) => {
      const error = failure(() => parse({ [key]: null }));
      expect(error).toMatchObject({ code: "schema", url: URL, message: expect.stringContaining(key) });
    },
  );

  it.each([
    ["another device", { typeThis: "obx" }],
    ["text for a number", { nSavedChans: "many" }],
    ["counts that do not add up", { snsApLfSy: "0,5,1" }],
    ["two bands", { snsApLfSy: "2,2,1" }],
    ["no columns", { nSavedChans: 0, snsApLfSy: "0,0,0" }],
    ["a rate of nothing", { imSampRate: 0 }],
  ])("refuses %s", (_, changes) => {
    expect(failure(() => parse(changes))).toMatchObject({ code: "schema", url: URL });
  });

  it("says which line is none", () => {
    const error = failure(() => parseSpikeglxMeta("typeThis=imec\n\nnonsense\n", URL));
    expect(error).toMatchObject({ code: "format", format: "spikeglx-meta", url: URL, at: "line 3" });
  });

  it.each([
    [{ typeEnabled: "imec", imDatPrb_type: null, imProbeSN: 513180821 }, "3A", 513180821],
    [{}, "3B1", null],
    [{ imDatPrb_port: 1, imDatPrb_slot: 2, imDatPrb_sn: 18000000001 }, "3B2", 18000000001],
    [{ imDatPrb_type: 21 }, "NP2.1", null],
    [{ imDatPrb_type: 2013 }, "NP2.4", null],
    [{ imDatPrb_type: 9999 }, null, null],
  ])("knows the probe of %j", (changes, version, serial) => {
    expect(parse(changes)).toMatchObject({ version, serial });
  });
});

describe("voltsPerBit", () => {
  it("computes in single precision, as the reference does: the last bit is that of its volts", () => {
    const meta = parse({ "~imroTbl": "(0,4)(0 0 0 500 1500 1)(1 0 0 500 3000 1)(2 0 0 500 250 1)(3 0 0 500 250 1)" });
    // numpy: np.float32(1) / np.float32(1500) * np.float32(0.6 / 512); in double precision it rounds to 7.8124998e-7
    expect([...voltsPerBit(meta).subarray(0, 2)]).toEqual([7.812500371073838e-7, 3.906250185536919e-7]);
  });

  it("takes gains by hardware channel, which a subset of saved ones shifts", () => {
    const whole = voltsPerBit(parse());
    expect(whole).toEqual(
      Float64Array.from([250, 250, 125, 250], (gain) => Math.fround(Math.fround(1 / gain) * Math.fround(0.6 / 512))),
    );
    const subset = voltsPerBit(parse({ nSavedChans: 3, snsApLfSy: "0,2,1", snsSaveChanSubset: "6:7,8" }));
    expect([...subset]).toEqual([whole[2], whole[3]]);
  });

  it("reads the shorter entries of phase 3A", () => {
    const meta = parse({
      typeEnabled: "imec",
      imDatPrb_type: null,
      "~imroTbl": "(5131,4,4)(0 0 0 500 250)(1 0 0 500 250)(2 0 1 500 125)(3 0 0 500 250)",
    });
    expect(voltsPerBit(meta)[2]).toBeCloseTo(0.6 / 512 / 125, 12);
    expect(readImroTable(meta).get(2)).toEqual({
      channel: 2,
      site: 2,
      reference: 1,
      apGain: 500,
      lfGain: 125,
      isHighPassed: null,
    });
  });

  it.each([
    ["80 for prototypes", {}, 80],
    ["100 for sold ones by part number", { imDatPrb_pn: "NP2014" }, 100],
    ["100 for sold ones by type", { imDatPrb_type: 2013 }, 100],
    ["what is stated", { imChan0apGain: 90 }, 90],
  ])("of a 2.0 probe has a gain of %s", (_, changes, gain) => {
    const imro = "(24,2)(0 1 0 0 7)(1 1 0 0 8)";
    const meta = parse({
      imDatPrb_type: 24,
      imMaxInt: 8192,
      nSavedChans: 3,
      snsApLfSy: "2,0,1",
      snsSaveChanSubset: "0:1,4",
      acqApLfSy: "2,2,1",
      "~imroTbl": imro,
      ...changes,
    });
    expect(voltsPerBit(meta)[0]).toBe(Math.fround(0.6 / 8192 / gain));
    expect(readImroTable(meta).get(1)).toMatchObject({ site: 1280 + 8, reference: 0, apGain: null });
  });

  it.each([
    ["no range", { imAiRangeMax: null }, "imAiRangeMax"],
    ["no table", { "~imroTbl": null }, "imroTbl"],
    ["an empty table", { "~imroTbl": "(0,4)" }, "imroTbl"],
    ["entries of another length", { "~imroTbl": "(0,4)(0 0 0)" }, "(0 0 0)"],
    ["a gain of nothing", { "~imroTbl": "(0,4)(0 0 0 0 0 1)" }, "(0 0 0 0 0 1)"],
    ["a channel beyond the table", { "~imroTbl": "(0,4)(0 0 0 500 250 1)" }, "channel 1"],
    ["no maximum of a 2.0 probe", { imDatPrb_type: 21, "~imroTbl": "(21,4)(0 1 0 0)" }, "imMaxInt"],
    ["an unknown probe", { imDatPrb_type: 9999 }, "9999"],
    ["another list of channels", { snsSaveChanSubset: "0:9" }, "snsSaveChanSubset"],
    ["a list that is none", { snsSaveChanSubset: "0:x,1,2,3,4" }, "snsSaveChanSubset"],
    ["a list without end", { snsSaveChanSubset: "0:99999999999" }, "snsSaveChanSubset"],
  ])("names the file and what is wrong with %s", (_, changes, says) => {
    const error = failure(() => voltsPerBit(parse(changes)));
    expect(error).toMatchObject({ code: "schema", url: URL, message: expect.stringContaining(says) });
  });
});

describe("readGeometry", () => {
  it("places 1.0 sites by shank map, counted from the other edge", () => {
    const geometry = readGeometry(parse());
    expect(geometry?.source).toBe("snsShankMap");
    expect(geometry?.sites.map(({ fileColumn, x, y, isUsed }) => [fileColumn, x, y, isUsed])).toEqual([
      [0, 43, 20, true],
      [1, 11, 20, true],
      [2, 59, 40, true],
      [3, 27, 40, false],
    ]);
  });

  it("takes the places of saved channels from a map of all", () => {
    const meta = parse({ nSavedChans: 3, snsApLfSy: "0,2,1", snsSaveChanSubset: "6:7,8" });
    expect(readGeometry(meta)?.sites.map(({ channel, fileColumn, x }) => [channel, fileColumn, x])).toEqual([
      [2, 0, 59],
      [3, 1, 27],
    ]);
  });

  it("refuses a map with too few places", () => {
    const meta = parse({ "~snsShankMap": "(1,2,480)(0:0:0:1)" });
    expect(failure(() => readGeometry(meta))).toMatchObject({ code: "schema", url: URL });
  });

  it("flips x of a 1.0 geometry map and lifts it by a row, as the reference reads the same file", () => {
    const text = new TextDecoder().decode(rawFixture("np1geom_g0_t0.imec0.lf.meta"));
    const geometry = readGeometry(parseSpikeglxMeta(text, URL));
    expect(geometry?.sites.slice(0, 4).map(({ x, y, row, col }) => [x, y, row, col])).toEqual([
      [43, 20, 0, 2],
      [11, 20, 0, 0],
      [59, 40, 1, 3],
      [27, 40, 1, 1],
    ]);
    expect(geometry?.sites.at(-1)).toMatchObject({ y: 3840, row: 191, adc: 31, sampleShift: 11 / 13 });
  });

  it("is null for a probe that is not known", () => {
    expect(readGeometry(parse({ imDatPrb_type: 9999 }))).toBeNull();
  });
});

it("answers a damaged .meta with errors of its own, whatever line it is in", () => {
  const lines = metaText({ imMaxInt: 512 }).split("\r\n");
  const values = [
    "",
    "=",
    "x",
    "-1",
    "0",
    "1e999",
    "1,2,3",
    "NaN",
    "(0,4)(0 0 0 500 250 1)",
    "(1:2:3:4)",
    "9007199254740993",
  ];
  for (const [at, line] of lines.entries()) {
    for (const value of values) {
      const text = lines.map((own, i) => (i === at ? `${line.split("=")[0]}=${value}` : own)).join("\n");
      try {
        const meta = parseSpikeglxMeta(text, URL);
        const factors = voltsPerBit(meta);
        expect(factors.every((factor) => Number.isFinite(factor))).toBe(true);
        readGeometry(meta);
      } catch (error) {
        expect([line, value, isDataError(error) ? error.code : error]).toEqual([
          line,
          value,
          expect.stringMatching(/^(format|schema)$/),
        ]);
      }
    }
  }
});
