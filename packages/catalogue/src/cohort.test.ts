import { createHash } from "node:crypto";
import { ONTOLOGY } from "@crossprobe/atlas";
import { ask, type QualityRule, type Question } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { type SmallDataset, smallSource } from "../../../test/helpers/small-source.js";
import { buildCatalogue } from "./build.js";
import { cohortRows, createCohort, formatCohort, parseCohort } from "./cohort.js";
import { diffCohorts } from "./cohort-difference.js";
import { verifyCohort } from "./verify-cohort.js";

/** Two datasets of a few units whose answers can be told by looking. */

const ruleOf = (bound: number): QualityRule => ({
  ...{ id: "one-good@2020", title: "good", definition: "a bound", source: "this test", missing: "fails" },
  criteria: [
    { metric: "one.snr", op: ">=", bound },
    { metric: "one.drift", op: "<", bound: 9 },
  ],
});
const OWN: QualityRule = { ...ruleOf(1), id: "mine@1" };
const good = { "one.snr": 3, "one.drift": 1 };

const ONE: SmallDataset = {
  ...{ id: "one", release: "2020", rules: [ruleOf(2)] },
  sessions: {
    s2: { p3: [{ id: "/1", region: "CA1", metrics: good }] },
    s1: {
      p2: [
        { id: "/10", region: "CA1", metrics: good },
        { id: "/9", region: "HPF", metrics: good },
        { id: "free", region: "CA1", metrics: { ...good, "one.snr": 2 } },
        { id: "/3", region: "CA1", metrics: { ...good, "one.snr": 1 } },
      ],
      p1: [
        { id: "/0", region: null, metrics: good },
        { id: "/2", region: "CA3", metrics: good },
      ],
    },
  },
};
const TWO: SmallDataset = {
  ...{ id: "two", release: null, version: "2.1.0" },
  sessions: { t1: { q1: [{ id: "77", region: "CA1" }] } },
};

const CA1 = ask("units").inRegion("CA1").question;
const cohortOf = async (datasets: readonly SmallDataset[], question: Question = CA1, rules: QualityRule[] = []) =>
  createCohort(await buildCatalogue(smallSource(...datasets)), question, { rules });
const refsOf = (cohort: Awaited<ReturnType<typeof cohortOf>>) => [...cohortRows(cohort)].map(({ ref }) => ref);

/** ONE with another p2. */
const withP2 = (
  change: (units: SmallDataset["sessions"][string][string]) => SmallDataset["sessions"][string][string],
) => {
  const { p1 = [], p2 = [] } = ONE.sessions.s1 ?? {};
  return { ...ONE, sessions: { ...ONE.sessions, s1: { p1, p2: change(p2) } } };
};

describe("createCohort", () => {
  it("has the rows of the answer by dataset, session, probe and id, and what they depend on", async () => {
    const cohort = await cohortOf([ONE, TWO], ask("units").inRegion("CA1").passing().question);
    expect(refsOf(cohort)).toEqual(["one:unit:free", "one:unit:p2/10", "one:unit:p3/1"]);
    expect(cohort).toMatchObject({ format: "crossprobe-cohort", version: 1, ontology: ONTOLOGY, rowCount: 3 });
    const [one, two] = cohort.datasets;
    expect(one).toMatchObject({ id: "one", release: "2020", adapterVersion: "1.0.0", rowCount: 3 });
    // Of the units that pass: p2/9 is coarser than CA1, p1/0 has no label, p1/2 lies in CA3; p2/3 does not pass.
    expect(one?.coverage).toEqual({ in: 3, out: 1, indeterminate: 1, unregistered: 1, excluded: 1, unmeasured: 0 });
    expect(one?.rows).toEqual([
      { session: "s1", probes: [{ probe: "p2", below: ["10"], ids: ["free"] }] },
      { session: "s2", probes: [{ probe: "p3", below: ["1"] }] },
    ]);
    // A dataset without a rule has no verdict on its units.
    expect(two).toMatchObject({ id: "two", release: null, adapterVersion: "2.1.0", rules: [], rowCount: 0 });
    expect(two?.coverage).toMatchObject({ in: 0, unmeasured: 1 });
  });

  it("keeps rules by what their verdicts follow from, in any order of criteria", async () => {
    const question = ask("units").passing().question;
    const rule = ruleOf(2);
    const [first] = (await cohortOf([ONE], question)).datasets;
    const turned = { ...ONE, rules: [{ ...rule, title: "else", criteria: [...rule.criteria].reverse() }] };
    const [second] = (await cohortOf([turned], question)).datasets;
    expect(first?.rules.map(({ id, criteria }) => [id, criteria.length])).toEqual([["one-good@2020", 2]]);
    expect(second?.rules).toEqual(first?.rules);
    const [third] = (await cohortOf([{ ...ONE, rules: [{ ...rule, missing: "unknown" }] }], question)).datasets;
    expect(third?.rules[0]?.sha256).not.toBe(first?.rules[0]?.sha256);
  });

  it("keeps sessions, probes, and rows that may be in", async () => {
    const sessions = await cohortOf([TWO, ONE], ask("sessions").question);
    expect(refsOf(sessions)).toEqual(["one:session:s1", "one:session:s2", "two:session:t1"]);
    expect(sessions.datasets[0]?.rows).toEqual([{ session: "s1" }, { session: "s2" }]);
    const probes = await cohortOf([ONE], ask("probes").inRegion("CA3").question);
    expect(refsOf(probes)).toEqual(["one:probe:p1"]);
    const possible = await cohortOf([ONE], ask("units").inRegion("CA3").policy("possible").question);
    expect([...cohortRows(possible)].map(({ ref, membership }) => `${ref} ${membership}`)).toEqual([
      "one:unit:p1/2 in",
      "one:unit:p2/9 indeterminate",
    ]);
  });

  it("refuses what is about showing rows, and questions that the catalogue cannot answer", async () => {
    for (const asked of [
      ask("units").limit(3),
      ask("units").groupBy("region"),
      ask("units").sortBy("firingRate"),
      ask("units").select("unit"),
      ask("units").summarise({ of: "firingRate", statistic: "median" }),
    ]) {
      await expect(cohortOf([ONE], asked.question)).rejects.toThrow(/a cohort is every row/);
    }
    await expect(cohortOf([ONE], ask("units").withMetric("one.absent", {}).question)).rejects.toThrow(/one\.absent/);
    await expect(cohortOf([])).rejects.toThrow("the catalogue is empty");
  });

  it("ends when its signal does", async () => {
    const catalogue = await buildCatalogue(smallSource(ONE));
    const reason = new Error("stop");
    await expect(createCohort(catalogue, CA1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("formatCohort", () => {
  it("gives the same bytes whatever the order of datasets, sessions, probes and units", async () => {
    const turned: SmallDataset = {
      ...ONE,
      sessions: Object.fromEntries(
        Object.entries(ONE.sessions)
          .reverse()
          .map(([session, probes]) => {
            const own = Object.entries(probes).reverse();
            return [session, Object.fromEntries(own.map(([probe, units]) => [probe, [...units].reverse()]))];
          }),
      ),
    };
    const text = formatCohort(await cohortOf([ONE, TWO]));
    expect(formatCohort(await cohortOf([TWO, turned]))).toBe(text);
    expect(text.endsWith("}\n")).toBe(true);
    expect(text).toContain('\n            { "below": ["10", "3"], "ids": ["free"], "probe": "p2" }\n');
  });

  it("states the SHA-256 of the rest, which anyone can compute", async () => {
    const text = formatCohort(await cohortOf([ONE, TWO]));
    // A line of its own: without it the text is what was hashed.
    const rest = text.replace(/^ {2}"sha256": "[0-9a-f]{64}",\n/m, "");
    expect(rest).not.toBe(text);
    expect(JSON.parse(text).sha256).toBe(createHash("sha256").update(rest).digest("hex"));
  });
});

describe("parseCohort", () => {
  it("reads what was written, also after a formatter", async () => {
    const cohort = await cohortOf([ONE, TWO], ask("units").inRegion("CA1").passing().policy("possible").question);
    expect(await parseCohort(formatCohort(cohort))).toEqual(cohort);
    expect(await parseCohort(JSON.stringify(cohort, null, 8))).toEqual(cohort);
  });

  it("refuses what is damaged, naming the place", async () => {
    const text = formatCohort(await cohortOf([ONE]));
    const cases: [text: string, says: RegExp][] = [
      [text.slice(0, -9), /no JSON/],
      ["[]", /the cohort should be an object/],
      [text.replace("crossprobe-cohort", "else"), /format should be "crossprobe-cohort"/],
      [text.replace('"version": 1\n', '"version": 2\n'), /version should be 1, not 2/],
      [text.replace('"release": "2020"', '"release": 2020'), /datasets\[0\]\.release should be/],
      [text.replace('"adapterVersion"', '"adapter"'), /datasets\[0\]/],
      [text.replace('"below": ["1"]', '"below": ["1", "2"]'), /states 4 rows of one and lists 5/],
      [text.replace('"below": ["1"]', '"below": ["2"]'), /not what was saved/],
      [text.replace('"2020"', '"2021"'), /not what was saved/],
    ];
    for (const [damaged, says] of cases) {
      expect(damaged).not.toBe(text);
      await expect(parseCohort(damaged), String(says)).rejects.toMatchObject({
        ...{ code: "format", message: expect.stringMatching(says) },
      });
    }
  });
});

describe("diffCohorts", () => {
  it("finds nothing in a cohort and itself", async () => {
    const cohort = await cohortOf([ONE, TWO]);
    const { isSame, reasons, datasets } = diffCohorts(cohort, cohort);
    expect({ isSame, reasons, changes: datasets.flatMap(({ changes }) => changes) }).toEqual({
      ...{ isSame: true, reasons: [], changes: [] },
    });
  });

  it("counts rows, probes and sessions that came and went, and says where", async () => {
    const now: SmallDataset = {
      ...ONE,
      release: "2021",
      sessions: {
        s1: {
          p2: [
            { id: "/10", region: "CA1" },
            { id: "/11", region: "CA1" },
          ],
        },
        s5: { p9: [{ id: "/1", region: "CA1" }] },
      },
    };
    const { isSame, datasets, reasons } = diffCohorts(await cohortOf([ONE]), await cohortOf([now]));
    expect(isSame).toBe(false);
    expect(datasets).toMatchObject([
      {
        id: "one",
        rows: { before: 4, after: 3, added: 2, removed: 3 },
        sessions: { before: 2, after: 2, added: 1, removed: 1 },
        probes: { before: 2, after: 2, added: 1, removed: 1 },
      },
    ]);
    const at = (session: string, probe: string) => ({ session: `one:session:${session}`, probe: `one:probe:${probe}` });
    expect(datasets[0]?.changes).toEqual([
      { ...at("s1", "p2"), added: ["one:unit:p2/11"], removed: ["one:unit:free", "one:unit:p2/3"], moved: [] },
      { ...at("s2", "p3"), added: [], removed: ["one:unit:p3/1"], moved: [] },
      { ...at("s5", "p9"), added: ["one:unit:p9/1"], removed: [], moved: [] },
    ]);
    expect(reasons).toEqual([
      { about: "release", dataset: "one", message: "2020 → 2021" },
      { about: "coverage", dataset: "one", message: "in 4 → 3, out 1 → 0, indeterminate 1 → 0, unregistered 1 → 0" },
    ]);
  });

  it("tells what else differs: question, adapter, rules, datasets", async () => {
    const before = await cohortOf([ONE, TWO], ask("units").inRegion("CA1").passing().question);
    const changed = { ...ONE, version: "1.1.0", rules: [ruleOf(1)] };
    const after = await cohortOf([changed], ask("units").inRegion("CA1", "beryl").passing().question);
    const { reasons } = diffCohorts(before, after);
    expect(reasons.map(({ about, dataset, message }) => [about, dataset, message])).toEqual([
      ["question", null, "only the earlier one asks that the label lies in CA1"],
      ["question", null, "only the later one asks that the label lies in CA1 of the beryl mapping"],
      ["adapter", "one", "1.0.0 → 1.1.0"],
      ["rule", "one", "one-good@2020: one.drift < 9 and one.snr >= 2 → one.drift < 9 and one.snr >= 1"],
      ["dataset", "two", "only the earlier one asks it"],
      ["coverage", "one", "in 3 → 4, excluded 1 → 0"],
    ]);
  });

  it("says that the tables must have changed where nothing else did, and which rows changed their membership", async () => {
    const question = ask("units").inRegion("CA1").policy("possible").question;
    const before = await cohortOf([ONE], question);
    const after = await cohortOf(
      [withP2((units) => units.map((unit) => (unit.id === "/9" ? { ...unit, region: "CA1" } : unit)))],
      question,
    );
    const { isSame, datasets, reasons } = diffCohorts(before, after);
    expect(isSame).toBe(false);
    expect(datasets[0]?.rows).toEqual({ before: 5, after: 5, added: 0, removed: 0 });
    expect(datasets[0]?.moved).toBe(1);
    expect(datasets[0]?.changes[0]?.moved).toEqual(["one:unit:p2/9"]);
    expect(reasons.map(({ about }) => about)).toEqual(["tables", "coverage"]);
  });

  it("tells rows of different kinds apart, be their ids the same", async () => {
    const [units, probes] = [
      await cohortOf([TWO], ask("units").question),
      await cohortOf([TWO], ask("probes").question),
    ];
    const channels = { ...units, question: { ...units.question, kind: "channels" as const } };
    for (const other of [probes, channels]) {
      const { isSame, datasets, reasons } = diffCohorts(units, other);
      expect(isSame).toBe(false);
      expect(datasets[0]?.rows).toEqual({ before: 1, after: 1, added: 1, removed: 1 });
      expect(reasons[0]?.message).toBe(`kind: units → ${other.question.kind}`);
    }
  });

  it("names both ontologies", async () => {
    const cohort = await cohortOf([ONE]);
    const other = { ...cohort, ontology: { ...cohort.ontology, version: "another", sha256: "0".repeat(64) } };
    const [reason] = diffCohorts(other, cohort).reasons;
    expect(reason?.about).toBe("ontology");
    expect(reason?.message).toBe(
      `${ONTOLOGY.name} another (00000000) → ${ONTOLOGY.name} ${ONTOLOGY.version} (${ONTOLOGY.sha256.slice(0, 8)})`,
    );
  });
});

describe("verifyCohort", () => {
  it("holds where the catalogue still gives the rows, be another release or dataset there", async () => {
    const cohort = await cohortOf([ONE]);
    const catalogue = await buildCatalogue(smallSource({ ...ONE, release: "2021" }, { ...TWO, sessions: {} }));
    const { isSame, left, reasons } = await verifyCohort(cohort, catalogue);
    expect({ isSame, left }).toEqual({ isSame: true, left: [] });
    expect(reasons.map(({ about, dataset }) => `${about} ${dataset}`)).toEqual(["release one", "dataset two"]);
  });

  it("says of rows that left which condition keeps them out, or that they are gone", async () => {
    const cohort = await cohortOf([ONE], ask("units").inRegion("CA1").passing().question);
    const changed = withP2((units) =>
      units
        .filter(({ id }) => id !== "free")
        .map((unit) => (unit.id === "/10" ? { ...unit, region: "HPF", metrics: { ...good, "one.snr": 0 } } : unit)),
    );
    const { s1 = {} } = changed.sessions;
    const relabelled = { ...changed, sessions: { s1, s2: { p3: [{ id: "/1", region: "VISp", metrics: good }] } } };
    const { isSame, left } = await verifyCohort(cohort, await buildCatalogue(smallSource(relabelled)));
    expect(isSame).toBe(false);
    const rule = "it passes the default rule of its dataset";
    const label = "the label lies in CA1";
    expect(left).toEqual([
      { dataset: "one", because: "gone", condition: null, refs: ["one:unit:free"] },
      { dataset: "one", because: "out", condition: label, refs: ["one:unit:p3/1"] },
      { dataset: "one", because: "indeterminate", condition: label, refs: ["one:unit:p2/10"] },
      { dataset: "one", because: "out", condition: rule, refs: ["one:unit:p2/10"] },
    ]);
  });

  it("says of a dataset that is no longer there that its rows are gone", async () => {
    const cohort = await cohortOf([ONE, TWO]);
    const { left, reasons } = await verifyCohort(cohort, await buildCatalogue(smallSource(ONE)));
    expect(left).toEqual([{ dataset: "two", because: "gone", condition: null, refs: ["two:unit:77"] }]);
    expect(reasons).toContainEqual({ about: "dataset", dataset: "two", message: "only the earlier one asks it" });
  });

  it("brings a user's own rule along", async () => {
    const question = ask("units").passing("mine@1").question;
    const cohort = await cohortOf([ONE], question, [OWN]);
    expect(cohort.rowCount).toBe(7);
    const catalogue = await buildCatalogue(smallSource(ONE));
    const text = formatCohort(cohort);
    expect((await verifyCohort(await parseCohort(text), catalogue)).isSame).toBe(true);
    const stricter = { ...ruleOf(3), id: "mine@1" };
    const { datasets, reasons } = await verifyCohort(cohort, catalogue, { rules: [stricter] });
    expect(datasets[0]?.rows).toEqual({ before: 7, after: 5, added: 0, removed: 2 });
    expect(reasons[0]?.message).toMatch(/^mine@1: .*snr >= 1 → .*snr >= 3$/);
  });
});
