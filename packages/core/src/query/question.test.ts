import { describe, expect, it } from "vitest";
import type { Condition } from "./condition.js";
import { parseQuestion, type Question } from "./question.js";

/** One of each kind of condition. */
const CONDITIONS: readonly Condition[] = [
  { inRegion: { region: "CA1" } },
  { inRegion: { region: "VISp", mapping: "beryl" } },
  { inRegion: { anyOf: [{ region: "CA1" }, { allOf: [{ region: "HPF" }, { not: { region: "CA3" } }] }] } },
  { hemisphere: "left" },
  { inBox: { ap: [5000, 6000], ml: [0, 5739] } },
  { inBox: {} },
  { near: { ap: 5400, dv: 332.5, ml: 5739, withinUm: 500 } },
  { rule: "default" },
  { rule: "ibl-good@2023" },
  { metric: "allen.isi_violations", max: 0.5 },
  { metric: "allen.snr", min: 1, max: 1 },
  { metric: "allen.snr" },
  { column: "firingRate", min: 0.1 },
  { column: "lab", oneOf: ["angelakilab", 'Ünïcode "quoted"'] },
  { column: "genotype", contains: "Sst" },
  { has: "lfp" },
  { allOf: [] },
  { allOf: [{ has: "pupil" }, { hemisphere: "right" }] },
  { anyOf: [{ has: "waveforms" }, { not: { rule: "default" } }] },
  { not: { inRegion: { region: "grey" } } },
];

const FULL: Question = {
  kind: "units",
  where: CONDITIONS,
  policy: "possible",
  mapping: "cosmos",
  groupBy: ["dataset", "region"],
  summaries: [
    { of: "firingRate", statistic: "median" },
    { of: "allen.snr", statistic: { quantile: 0.9 } },
  ],
  sort: [
    { by: "count", descending: true },
    { by: "region", descending: false },
  ],
  limit: 10,
  columns: ["ref", "region"],
};

const isFrozenThrough = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(isFrozenThrough));

describe("a question in JSON", () => {
  it.each([...CONDITIONS.entries()])("goes there and back with condition %i", (_, condition) => {
    const question = parseQuestion({ kind: "probes", where: [condition] });
    expect(question.where).toStrictEqual([condition]);
    expect(parseQuestion(JSON.parse(JSON.stringify(question)))).toStrictEqual(question);
  });

  it("goes there and back whole, to the byte", () => {
    const text = JSON.stringify(FULL);
    expect(parseQuestion(JSON.parse(text))).toStrictEqual(FULL);
    expect(JSON.stringify(parseQuestion(JSON.parse(text)))).toBe(text);
  });

  it("goes there and back in 300 random makings", () => {
    const random = randomNumbers(8);
    for (let i = 0; i < 300; i++) {
      const condition = randomCondition(random, 4);
      const question = parseQuestion({ kind: "units", where: [condition] });
      expect(question.where).toStrictEqual([condition]);
      expect(parseQuestion(JSON.parse(JSON.stringify(question)))).toStrictEqual(question);
    }
  });

  it("may leave everything out but the kind", () => {
    expect(parseQuestion({ kind: "sessions" })).toEqual({
      ...{ kind: "sessions", where: [], policy: "strict", mapping: "allen", groupBy: [], summaries: [] },
      ...{ sort: [], limit: null, columns: null },
    });
  });

  it("comes back frozen all the way down, defaults too, and freezes nothing of the caller's", () => {
    expect(isFrozenThrough(parseQuestion({ kind: "sessions" }))).toBe(true);
    const json = structuredClone(FULL);
    expect(isFrozenThrough(parseQuestion(json))).toBe(true);
    expect(Object.isFrozen(json.where)).toBe(false);
    expect(Object.isFrozen(json.summaries[0])).toBe(false);
    expect(parseQuestion({ kind: "sessions" }).where).not.toBe(parseQuestion({ kind: "units" }).groupBy);
  });
});

describe("what is no question says where, and what it should be", () => {
  const where = (condition: unknown) => ({ kind: "units", where: [{ has: "lfp" }, condition] });
  it.each<[unknown, RegExp]>([
    [null, /^the question should be an object, not null$/],
    [[], /^the question should be an object, not an empty list$/],
    ["units", /^the question should be an object, not "units"$/],
    [{}, /^kind is missing: it should be "sessions", "probes", "channels" or "units"$/],
    [{ kind: "unit" }, /^kind should be "sessions", "probes", "channels" or "units", not "unit"$/],
    [{ kind: "units", were: [] }, /^the question has no place for "were" beside "kind"$/],
    [{ kind: "units", where: {} }, /^where should be a list, not an empty object$/],
    [{ kind: "units", policy: "loose" }, /^policy should be "strict" or "possible", not "loose"$/],
    [{ kind: "units", limit: -1 }, /^limit should be at least 0, not -1$/],
    [{ kind: "units", limit: 2.5 }, /^limit should be a whole number, not 2\.5$/],
    [{ kind: "units", groupBy: [""] }, /^groupBy\[0\] is empty$/],
    [
      { kind: "units", summaries: [{ of: "x", statistic: "mode" }] },
      /^summaries\[0\]\.statistic should be "median", "mean", "min", "max" or an object, not "mode"$/,
    ],
    [
      { kind: "units", summaries: [{ of: "x", statistic: { quantile: 2 } }] },
      /^summaries\[0\]\.statistic\.quantile should be at most 1, not 2$/,
    ],
    [where({ inRegionn: 1 }), /^where\[1\] should be an object with inRegion, .* or not, not inRegionn$/],
    [where({}), /^where\[1\] should be an object with inRegion, .*, not an empty object$/],
    [where("CA1"), /^where\[1\] should be an object with inRegion, .*, not "CA1"$/],
    [
      where({ inRegion: "CA1" }),
      /^where\[1\]\.inRegion should be an object with region, anyOf, allOf or not, not "CA1"$/,
    ],
    [where({ inRegion: { region: 382 } }), /^where\[1\]\.inRegion\.region should be a text, not 382$/],
    [where({ inRegion: { region: "" } }), /^where\[1\]\.inRegion\.region is empty$/],
    [where({ inRegion: { anyOf: [] } }), /^where\[1\]\.inRegion\.anyOf is empty$/],
    [
      where({ inRegion: { region: "CA1", mapping: "brodmann" } }),
      /^where\[1\]\.inRegion\.mapping should be "allen", .*not "brodmann"$/,
    ],
    [where({ inRegion: { region: "CA9" } }), /^where\[1\]\.inRegion: no region is called "CA9"/],
    [
      where({ not: { anyOf: [{ inRegion: { not: { region: "ca1" } } }] } }),
      /^where\[1\]\.not\.anyOf\[0\]\.inRegion\.not: no region is called "ca1"/,
    ],
    [
      where({ allOf: [{ inRegion: { region: "CA1", mapping: "cosmos" } }] }),
      /^where\[1\]\.allOf\[0\]\.inRegion: CA1 is finer than the mapping cosmos/,
    ],
    [
      where({ inRegion: { region: "CA1" }, hemisphere: "left" }),
      /^where\[1\] has no place for "hemisphere" beside "inRegion"$/,
    ],
    [where({ hemisphere: "L" }), /^where\[1\]\.hemisphere should be "left" or "right", not "L"$/],
    [where({ near: { ap: 1, ml: 2, withinUm: 3 } }), /^where\[1\]\.near\.dv is missing: it should be a number$/],
    [
      where({ near: { ap: 1, dv: 2, ml: 3, withinUm: 0 } }),
      /^where\[1\]\.near\.withinUm should be more than 0, not 0$/,
    ],
    [where({ inBox: { ap: [5, 4] } }), /^where\[1\]\.inBox\.ap asks for values from 5 to 4/],
    [
      where({ inBox: { ap: [0, Number.POSITIVE_INFINITY] } }),
      /^where\[1\]\.inBox\.ap\[1\] should be a number, not Infinity$/,
    ],
    [where({ inBox: { x: [4, 5] } }), /^where\[1\]\.inBox has no place for "x"$/],
    [where({ metric: "snr", minn: 3 }), /^where\[1\] has no place for "minn" beside "metric"$/],
    [where({ metric: "snr", min: 3, max: 2 }), /^where\[1\] asks for values from 3 to 2/],
    [where({ metric: "snr", min: "3" }), /^where\[1\]\.min should be a number, not "3"$/],
    [where({ metric: "snr", min: null }), /^where\[1\]\.min should be a number, not null$/],
    [where({ column: "lab", oneOf: [] }), /^where\[1\]\.oneOf is empty$/],
    [where({ column: "lab", oneOf: "mrsicflogellab" }), /^where\[1\]\.oneOf should be a list, not "mrsicflogellab"$/],
    [where({ column: "lab", oneOf: ["a"], contains: "b" }), /^where\[1\] has no place for "(oneOf|contains)" beside/],
    [where({ has: "video" }), /^where\[1\]\.has should be "lfp", "waveforms" or "pupil", not "video"$/],
    [where({ anyOf: [] }), /^where\[1\]\.anyOf is empty$/],
    [where({ not: { not: { has: 1 } } }), /^where\[1\]\.not\.not\.has should be "lfp", "waveforms" or "pupil", not 1$/],
  ])("%j", (json, says) => {
    expect(() => parseQuestion(json)).toThrow(
      expect.objectContaining({ code: "query", message: expect.stringMatching(says), hint: expect.any(String) }),
    );
  });

  it("refuses what nests without end, before any recursion does", () => {
    let condition: unknown = { has: "lfp" };
    for (let i = 0; i < 100_000; i++) condition = { not: condition };
    expect(() => parseQuestion({ kind: "units", where: [condition] })).toThrow(/nests more than 64 levels/);
  });
});

/** Mulberry32: numbers in [0, 1) that are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomCondition(random: () => number, depth: number): Condition {
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)] as Value;
  const parts = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomCondition(random, depth - 1));
  const [a, b] = [random() * 1e4, random() * 1e4].sort((x, y) => x - y) as [number, number];
  return pick<() => Condition>([
    () => pick(CONDITIONS),
    () => ({ metric: `m${Math.floor(a)}`, min: a, max: b }),
    () => ({ inBox: { dv: [a, b] } }),
    ...(depth > 0
      ? [() => ({ allOf: parts() }), () => ({ anyOf: parts() }), () => ({ not: randomCondition(random, depth - 1) })]
      : []),
  ])();
}
