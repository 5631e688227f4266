import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectFailure, run, runJson } from "./run.js";

/** `regions search`, `tree` and `show`, against the table of structures read in another way. */

interface Structure {
  readonly id: number;
  readonly parentId: number | null;
  readonly acronym: string;
  readonly name: string;
  readonly beryl: number | null;
}

const number = (text: string | undefined) => (text === undefined || text === "" ? null : Number(text));
const table: readonly Structure[] = readFileSync(
  new URL("../../packages/atlas/data/ccf-structures.tsv", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [id, parentId, acronym = "", name = "", , , , beryl] = line.split("\t");
    return { id: Number(id), parentId: number(parentId), acronym, name, beryl: number(beryl) };
  });
const byId = new Map(table.map((structure) => [structure.id, structure]));

function lineage({ parentId }: Structure): readonly Structure[] {
  const parent = parentId === null ? undefined : byId.get(parentId);
  return parent === undefined ? [] : [...lineage(parent), parent];
}
const find = (acronym: string) => table.find((one) => one.acronym === acronym) ?? expect.fail(`no ${acronym}`);

interface Found {
  readonly rows: readonly { acronym: string; id: number; path: string[]; mappings: Record<string, string | null> }[];
  readonly counts: { readonly structures: number };
  readonly nearest: readonly { readonly acronym: string }[];
}
const search = (...words: string[]) => runJson<Found>(["regions", "search", ...words]);

describe("regions search", () => {
  it("finds by acronym, id and words, with path and mappings", async () => {
    for (const words of [["VISp5"], ["778"], ["primary", "visual", "layer", "5"]]) {
      const { rows, counts } = await search(...words);
      expect(counts.structures).toBe(rows.length);
      expect(rows[0]).toMatchObject({
        ...{ acronym: "VISp5", id: 778, path: lineage(find("VISp5")).map(({ acronym }) => acronym) },
        mappings: { allen: "VISp5", beryl: "VISp", cosmos: "Isocortex", swanson: "VISp" },
      });
    }
  });

  it("finds every structure that has a word, and no other", async () => {
    const { rows } = await search("lemniscus");
    const wanted = table.filter(({ name }) => name.toLowerCase().includes("lemniscus")).map(({ acronym }) => acronym);
    expect(rows.map(({ acronym }) => acronym).sort()).toEqual(wanted.sort());
  });

  it("says what is spelt nearly so where nothing fits", async () => {
    expect(await search("hipocampal", "formaton")).toMatchObject({
      rows: [],
      nearest: [{ acronym: "HPF" }, {}, {}, {}, {}],
    });
    const { code, out, err } = await run(["regions", "search", "hipocampal"]);
    expect(code).toBe(0);
    expect(err).toContain('no structure has "hipocampal" in its acronym or name; spelt nearly so:');
    expect(out).toMatch(/^HPF /m);
    expect(await run(["regions", "search", "qqqqqqqq"])).toMatchObject({
      ...{ code: 0, out: "", err: "no structure is called anything like qqqqqqqq\n" },
    });
  });
});

interface Tree {
  readonly rows: readonly {
    acronym: string;
    depth: number;
    parent: string | null;
    below: number;
    isOfMapping?: boolean;
  }[];
}
const tree = async (...words: string[]) => (await runJson<Tree>(["regions", "tree", ...words])).rows;

describe("regions tree", () => {
  const below = (acronym: string) => table.filter((one) => lineage(one).some((above) => above.acronym === acronym));

  it("holds a structure and all below it, parents before children", async () => {
    const rows = await tree("TH");
    expect(rows.map(({ acronym }) => acronym).sort()).toEqual(
      ["TH", ...below("TH").map(({ acronym }) => acronym)].sort(),
    );
    const seen = new Set(["IB"]);
    for (const { acronym, parent } of rows) {
      expect(seen).toContain(parent);
      seen.add(acronym);
    }
  });

  it("stops at a depth, and counts what lies deeper", async () => {
    const rows = await tree("TH", "--depth", "1");
    expect(rows.map(({ acronym, below }) => [acronym, below])).toEqual([
      ["TH", 0],
      ["DORsm", below("DORsm").length],
      ["DORpm", below("DORpm").length],
    ]);
    expect((await tree("--depth", "0"))[0]).toMatchObject({ acronym: "root", parent: null, below: table.length - 1 });
    expect(Math.max(...(await tree()).map(({ depth }) => depth))).toBe(3);
  });

  it("with a mapping, holds its regions and what lies above them", async () => {
    const rows = await tree("root", "--mapping", "beryl");
    const marked = rows.filter(({ isOfMapping }) => isOfMapping === true).map(({ acronym }) => acronym);
    expect(marked.sort()).toEqual(
      table
        .filter(({ id, beryl }) => id === beryl)
        .map(({ acronym }) => acronym)
        .sort(),
    );
    expect(rows.map(({ acronym }) => acronym)).toContain("TH");
    expect(rows.map(({ acronym }) => acronym)).not.toContain("VISp5");
    expect(rows.map(({ acronym }) => acronym)).not.toContain("fiber tracts");
  });

  it("is drawn with indents", async () => {
    const { out, err } = await run(["regions", "tree", "VISp", "--depth", "1"]);
    expect(out.split("\n").slice(0, 2)).toEqual(["VISp  Primary visual area", "  VISp1  Primary visual area layer 1"]);
    expect(err).toBe("7 structures\n");
    expect((await run(["regions", "tree", "VIS", "--depth", "1", "--mapping", "beryl"])).out).toContain(
      "\n  VISp *  Primary",
    );
  });
});

describe("regions show", () => {
  it("tells place, mappings, label and pitfalls, by acronym, id or name", async () => {
    const document = await runJson<Record<string, unknown>>(["regions", "show", "VISmma"]);
    expect(document).toMatchObject({
      ...{ acronym: "VISmma", id: find("VISmma").id, parent: "RSPagl", granularity: "layer" },
      mappings: { allen: "VISmma", beryl: "RSPagl", cosmos: "Isocortex" },
      children: table.filter(({ parentId }) => parentId === find("VISmma").id).map(({ acronym }) => acronym),
      pitfalls: [expect.stringContaining("RSPagl, not in VIS")],
    });
    for (const other of [String(find("VISmma").id), "mediomedial anterior visual area"])
      expect(await runJson(["regions", "show", other])).toEqual(document);
    expect(await runJson(["regions", "VISmma"])).toEqual(document);
  });

  it.each([
    ["VL", /ventricle.*VAL/s],
    ["CM", /cm is another structure/],
    ["cm", /CM is another structure/],
    ["TH", /coarse: it leaves open which/],
  ])("%s says what it is mistaken for, or leaves open", async (acronym, says) => {
    expect((await run(["regions", "show", acronym])).out).toMatch(says);
  });

  it("fails for what is none, with the next step", async () => {
    expectFailure(await run(["regions", "show", "visp"]), /"visp"/, /did you mean VISp\?/);
    expectFailure(await run(["regions", "tree", "CA9"]), /"CA9"/);
    expectFailure(await run(["regions", "show", "99999999"]), /no structure has the id 99999999/);
    expect(await run(["regions", "show"])).toMatchObject({ code: 2, out: "" });
    expect(await run(["regions", "tree", "TH", "--depth", "deep"])).toMatchObject({ code: 2, out: "" });
    expect(await run(["regions", "tree", "TH", "--mapping", "brodmann"])).toMatchObject({ code: 2, out: "" });
  });

  it("needs no sources, and takes none", async () => {
    expect(await run(["regions", "show", "TH", "--ibl", "x"])).toMatchObject({ code: 2, out: "" });
  });
});

describe("as text", () => {
  it.each([
    "search visual",
    "search nucleus",
    "tree",
    "tree root --depth 9",
    "tree root --mapping swanson",
    "show root",
    "show SCop",
  ])("regions %s fits 80 columns", async (line) => {
    const { code, out, err } = await run(["regions", ...line.split(" ")]);
    expect(code).toBe(0);
    for (const text of `${out}${err}`.trimEnd().split("\n")) expect(text.length, text).toBeLessThanOrEqual(80);
  });
});
