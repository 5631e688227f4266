import { Command } from "commander";
import { describe, expect, it } from "vitest";
import {
  isMapping,
  parseBands,
  parseCount,
  parseIndices,
  parseInterval,
  parseRefArgument,
  parseSeconds,
  toInterval,
} from "./arguments.js";

describe("parseInterval", () => {
  it("reads <start>:<stop>, negative and with an exponent", () => {
    expect(parseInterval("0:296")).toEqual({ start: 0, stop: 296 });
    expect(parseInterval("-1.5:2e2")).toEqual({ start: -1.5, stop: 200 });
  });

  it.each(["", "5", "5:", ":5", "5:5", "6:5", "0:1:2", "a:b", "0-5", "1..2:3"])("refuses %j", (text) => {
    expect(() => parseInterval(text)).toThrow(/<start>:<stop>/);
  });
});

describe("toInterval", () => {
  const command = new Command("read").exitOverride().configureOutput({ writeErr: () => undefined });

  it("is open where nothing is given", () => {
    expect(toInterval(undefined, undefined, command)).toEqual({ start: -Infinity, stop: Infinity });
    expect(toInterval(1, undefined, command)).toEqual({ start: 1, stop: Infinity });
    expect(toInterval(undefined, 2, command)).toEqual({ start: -Infinity, stop: 2 });
  });

  it.each([
    [2, 2],
    [3, 2],
  ])("refuses %d to %d: nothing lies between", (from, to) => {
    expect(() => toInterval(from, to, command)).toThrow(/not before/);
  });
});

describe("numbers", () => {
  it("seconds", () => {
    expect(["12.5", "-1", "1e3", "0"].map(parseSeconds)).toEqual([12.5, -1, 1000, 0]);
    for (const text of ["", " ", "1s", "NaN", "Infinity"]) expect(() => parseSeconds(text)).toThrow(/number/);
  });

  it("counts", () => {
    expect(["0", "7"].map(parseCount)).toEqual([0, 7]);
    for (const text of ["-1", "1.5", "many", "", " "]) expect(() => parseCount(text)).toThrow(/whole number/);
  });

  it("indices and half-open ranges, in the order given", () => {
    expect(parseIndices("0,5,10:13")).toEqual([0, 5, 10, 11, 12]);
    for (const text of ["", "1,", "3:3", "4:2", "1:2:3", "a"]) expect(() => parseIndices(text)).toThrow();
  });
});

describe("parseBands", () => {
  it("reads name:from-to in hertz", () => {
    expect(parseBands("theta:6-10, gamma=30-60.5")).toEqual([
      { name: "theta", from: 6, to: 10 },
      { name: "gamma", from: 30, to: 60.5 },
    ]);
  });

  it.each(["", "theta", "theta:6", "theta:10-6", "6-10", "theta:6-10,", "theta:6-10,theta:7-9"])(
    "refuses %j",
    (text) => {
      expect(() => parseBands(text)).toThrow(/band/);
    },
  );
});

describe("parseRefArgument", () => {
  const parse = parseRefArgument("unit", "probe");

  it("reads the kinds asked for; an id may hold / and :", () => {
    expect(parse("ibl:unit:a/b:1")).toEqual({ dataset: "ibl", kind: "unit", id: "a/b:1" });
    expect(parse("allen:probe:7")).toEqual({ dataset: "allen", kind: "probe", id: "7" });
  });

  it("refuses another kind and what is no reference", () => {
    expect(() => parse("ibl:session:1")).toThrow(/it is a session, a unit or probe reference is needed/);
    expect(() => parse("ibl:unit:")).toThrow(/not a reference: "ibl:unit:"/);
  });
});

it("isMapping knows the mappings of the atlas", () => {
  expect(["allen", "beryl", "cosmos", "swanson", "Beryl"].map(isMapping)).toEqual([true, true, true, true, false]);
});
