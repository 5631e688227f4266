import { describe, expect, it } from "vitest";
import { PLAIN_TRAITS } from "../test-support/memory-lfp.js";
import { caveatsOf, type DatasetFacts } from "./comparability.js";

const PLAIN: DatasetFacts = {
  dataset: "a",
  rule: "good@2000",
  lfp: [PLAIN_TRAITS],
  lfpSeconds: [100],
  paradigms: ["passive.visual"],
  stimuli: ["flashes"],
  medianOnsetInterval: 2,
  granularity: { layer: 10, area: 5, parent: 0 },
  unmappedUnits: 0,
  unregisteredUnits: 0,
  unmappedLabels: {},
  rateKinds: ["given"],
  recordedLess: [],
};
const CONTEXT = { units: "passing", mapping: "beryl", interval: { start: 0, stop: 3000 } } as const;
const other = (change: Partial<DatasetFacts>): DatasetFacts => ({ ...PLAIN, dataset: "b", ...change });
const ids = (...facts: DatasetFacts[]) => caveatsOf(facts, CONTEXT).map(({ id }) => id);

describe("caveats", () => {
  it("of two datasets alike: only that units are no animals", () => {
    expect(ids(PLAIN, other({}))).toEqual(["units-not-animals"]);
    expect(ids()).toEqual([]);
  });

  it.each([
    ["lfp-reference", { lfp: [{ ...PLAIN_TRAITS, reference: "commonAverage" }] }],
    ["lfp-lossy-codec", { lfp: [{ ...PLAIN_TRAITS, lossyCodec: "wavelets, 1.2" }] }],
    ["lfp-denoising", { lfp: [{ ...PLAIN_TRAITS, denoising: ["cadzow"] }] }],
    ["lfp-passband", { lfp: [{ ...PLAIN_TRAITS, passband: [0.1, 500] }] }],
    ["lfp-sites", { lfp: [{ ...PLAIN_TRAITS, spatial: "subsample" }] }],
    ["lfp-span", { lfpSeconds: [50] }],
    ["unit-rules", { rule: "good@2019" }],
    ["rate-denominator", { rateKinds: ["observed"] }],
    ["rate-interval-beyond-recording", { recordedLess: [{ start: 0.5, stop: 296 }] }],
    ["paradigm", { paradigms: ["task.decision"] }],
    ["paradigm", { stimuli: ["gabors"] }],
    ["onsets-overlap", { medianOnsetInterval: 0.99 }],
    ["label-granularity", { granularity: { layer: 0, area: 9, parent: 1 } }],
    ["units-without-region", { unmappedUnits: 3 }],
  ] as const)("%s", (id, change) => {
    expect(ids(PLAIN, other(change))).toContain(id);
  });

  it("tell rates of one kind from rates of different kinds", () => {
    const text = (...kinds: DatasetFacts["rateKinds"]) => {
      const facts = kinds.map((kind, i) => other({ dataset: String(i), rateKinds: [kind] }));
      return caveatsOf(facts, CONTEXT).find(({ id }) => id === "rate-denominator")?.text;
    };
    expect(text("spikeCoverage", "spikeCoverage")).toMatch(/^All rates .* the same kind of time \(first to last spike/);
    expect(text("spikeCoverage", "observed")).toMatch(/^Rates are divided by different kinds of time \(0: first/);
  });

  it("name a few of the labels without a region", () => {
    const unmappedLabels = { grey: 6, TH: 5, or: 3, fp: 2, root: 1, cc: 1, scwm: 1 };
    const facts = [other({ unmappedUnits: 19, unmappedLabels })];
    const caveat = caveatsOf(facts, CONTEXT).find(({ id }) => id === "units-without-region");
    expect(caveat?.text).toContain(
      "19 with a label that beryl has no region for (grey 6, TH 5, or 3, fp 2, root 1 and 2 more labels)",
    );
  });

  it("forbid absolute power across references, and name the rule", () => {
    const facts = [PLAIN, other({ lfp: [{ ...PLAIN_TRAITS, reference: "airMedian" }] })];
    expect(caveatsOf(facts, CONTEXT)[0]).toMatchObject({
      id: "lfp-reference",
      mustNotCompare: true,
      concerns: ["lfpPower"],
      datasets: ["a", "b"],
      source: expect.stringContaining("rule 11"),
    });
  });

  it("say what the recordings cover of the interval that rates were asked over", () => {
    const facts = [PLAIN, other({ recordedLess: [{ start: 0.5, stop: 296 }] })];
    const caveat = caveatsOf(facts, CONTEXT).find(({ id }) => id === "rate-interval-beyond-recording");
    expect(caveat).toMatchObject({ concerns: ["firingRate"], datasets: ["b"], mustNotCompare: false });
    expect(caveat?.text).toMatch(/0 to 3000 s.* 0\.5 to 296 s/);
  });

  it("do not compare the reference of a dataset that has no LFP", () => {
    expect(ids(PLAIN, other({ lfp: [], lfpSeconds: [] }))).not.toContain("lfp-reference");
  });

  it("doubt two unknown references", () => {
    const unknown = [{ ...PLAIN_TRAITS, reference: "unknown" as const }];
    expect(ids({ ...PLAIN, lfp: unknown }, other({ lfp: unknown }))).toContain("lfp-reference");
    expect(ids({ ...PLAIN, lfp: unknown })).not.toContain("lfp-reference");
  });

  it("name the selection only where units were selected", () => {
    const facts = [PLAIN, other({ rule: "good@2019" })];
    const found = (units: "passing" | "all") => caveatsOf(facts, { ...CONTEXT, units }).map(({ id }) => id);
    expect(found("passing")).toContain("unit-selection");
    expect(found("all")).not.toContain("unit-selection");
  });

  it("of one dataset stand beside that one alone", () => {
    const facts = [PLAIN, other({ unregisteredUnits: 2, lfp: [{ ...PLAIN_TRAITS, lossyCodec: "x" }] })];
    const own = caveatsOf(facts, CONTEXT).filter(({ id }) => id === "units-without-region" || id === "lfp-lossy-codec");
    expect(own.map(({ datasets }) => datasets)).toEqual([["b"], ["b"]]);
  });
});
