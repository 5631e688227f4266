import { describe, expect, it } from "vitest";
import {
  ALLOWED_IMPORTS,
  cycleViolations,
  datasetViolations,
  declarationViolations,
  directionViolations,
  homeViolations,
  nodeViolations,
  testLibraryViolations,
} from "./architecture/rules.js";
import { type Manifest, parseSource, readManifests, readSources, type SourceFile } from "./architecture/source-file.js";

describe("the packages", () => {
  const files = readSources();
  const manifests = readManifests();

  it("are all in the table of imports, and were all read", () => {
    expect([...manifests.keys()].sort()).toEqual(Object.keys(ALLOWED_IMPORTS).sort());
    expect(new Set(files.map((file) => file.packageName))).toEqual(new Set(manifests.keys()));
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(files.length);
  });

  it("import downwards only", () => {
    expect(directionViolations(files)).toEqual([]);
  });

  it("declare what they import, and import what they declare", () => {
    expect(declarationViolations(files, manifests)).toEqual([]);
  });

  it("have no cycle at run time", () => {
    expect(cycleViolations(files, manifests)).toEqual([]);
  });

  it("keep each guarded library in its home", () => {
    expect(homeViolations(files)).toEqual([]);
  });

  it("import vitest in tests and suites only", () => {
    expect(testLibraryViolations(files)).toEqual([]);
  });

  it("name no dataset outside adapters and composition", () => {
    expect(datasetViolations(files)).toEqual([]);
  });

  it("reach no Node module from a root export that a browser may load", () => {
    expect(nodeViolations(files, manifests)).toEqual([]);
  });
});

/** Each rule finds a planted fault, and passes what looks like one. */
describe("the rules", () => {
  const manifest = (name: string, dependencies: Record<string, string> = {}): [string, Manifest] => [
    name,
    { name: `@crossprobe/${name}`, exports: { ".": { source: "./src/index.ts" } }, dependencies },
  ];
  const sources = (texts: Record<string, string>): SourceFile[] =>
    Object.entries(texts).map(([path, text]) => parseSource(`packages/${path}`, text));

  it("find imports however they are written", () => {
    const [file] = sources({
      "core/src/a.ts": `
        import type { A } from "a";
        import { type B } from "b";
        import "c";
        export * from "d";
        export type { E } from "e";
        const f = await import("f");
        type G = import("g").G;
        const h = import.meta.resolve("h");
        require("a function of that name");
        // import "not-this";
      `,
    });
    expect(file?.imports.map(({ specifier, isTypeOnly, line }) => [specifier, isTypeOnly, line])).toEqual([
      ["a", true, 2],
      ["b", false, 3],
      ["c", false, 4],
      ["d", false, 5],
      ["e", true, 6],
      ["f", false, 7],
      ["g", true, 8],
      ["h", false, 9],
    ]);
  });

  it("find an import that points up, sideways or out of the package", () => {
    const files = sources({
      "core/src/a.ts": 'import type { Npy } from "@crossprobe/formats/npy";',
      "ibl-adapter/src/b.ts": 'import { allen } from "@crossprobe/allen-adapter";',
      "ibl-adapter/src/c.test.ts": 'import { MemoryStore } from "@crossprobe/storage";',
      "nwb/src/d.ts": 'import { x } from "../../core/src/errors.js";',
      "nwb/src/e.ts": 'import { x } from "@crossprobe/formats/hdf5";',
      "nwb/src/f.ts": 'import { x } from "../test/memory-file.js";',
      "nwb/src/f.test.ts":
        'import "../test/memory-file.js";\nimport "../../../test/golden/shared.js";\nimport "../../core/src/hub.js";',
    });
    expect(directionViolations(files)).toEqual([
      "packages/core/src/a.ts:1 imports @crossprobe/formats/npy, which core may not",
      "packages/ibl-adapter/src/b.ts:1 imports @crossprobe/allen-adapter, which ibl-adapter may not",
      "packages/ibl-adapter/src/c.test.ts:1 imports @crossprobe/storage, which ibl-adapter may not",
      "packages/nwb/src/d.ts:1 imports ../../core/src/errors.js, outside its package",
      "packages/nwb/src/f.ts:1 imports ../test/memory-file.js, outside its package",
      "packages/nwb/src/f.test.ts:3 imports ../../core/src/hub.js, outside its package",
    ]);
  });

  it("find what is undeclared, and what is declared for nothing", () => {
    const files = sources({
      "core/src/a.ts": 'import { z } from "zod";\nimport "node:fs";\nimport "vitest";',
      "core/src/a.test.ts": 'import { it } from "vitest";',
      "core/src/conformance/b.ts": 'import { it } from "vitest";',
    });
    expect(declarationViolations(files, new Map([manifest("core", { inversify: "1" })]))).toEqual([
      "packages/core/src/a.ts:1 imports zod, which package.json does not declare",
      "packages/core/src/a.ts:3 imports vitest, which package.json does not declare",
      "packages/core/package.json: declares inversify, which no source imports",
    ]);
    expect(testLibraryViolations(files)).toEqual(["packages/core/src/a.ts:3 imports vitest, and is no test"]);
  });

  it("find a cycle at run time, and forgive one of types", () => {
    const files = sources({
      "core/src/a.ts": 'import { b } from "./b.js";',
      "core/src/b.ts": 'import { c } from "./c/index.js";',
      "core/src/c/index.ts": 'export { a } from "../a.js";',
      "core/src/d.ts": 'import type { E } from "./e.js";',
      "core/src/e.ts": 'import { d } from "./d.js";',
    });
    expect(cycleViolations(files, new Map())).toEqual([
      "packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/c/index.ts → packages/core/src/a.ts",
    ]);
  });

  it("find a guarded library away from home, its types and subpaths included", () => {
    const files = sources({
      "core/src/container.ts": 'import { Container } from "inversify";',
      "core/src/hub.ts": 'import type { Container } from "inversify";',
      "formats/src/hdf5/worker.ts": 'import h5wasm from "h5wasm/node";',
      "formats/src/npy.ts": 'import h5wasm from "h5wasm/node";',
      "formats/src/parquet.ts": 'import { parquetRead } from "hyparquet";',
      "formats/src/csv.ts": 'import { compressors } from "hyparquet-compressors";',
      "formats/src/csv/encode.ts": 'import { parse } from "#csv-parse";',
      "formats/src/csv/records.ts": 'import { parse } from "#csv-parse";',
      "storage/src/layers/retried.ts": 'const axios = await import("axios");',
    });
    expect(homeViolations(files)).toEqual([
      "packages/core/src/hub.ts:1 imports inversify, whose home is packages/core/src/container.ts",
      "packages/formats/src/npy.ts:1 imports h5wasm, whose home is packages/formats/src/hdf5/",
      "packages/formats/src/csv.ts:1 imports hyparquet-compressors, whose home is packages/formats/src/parquet/decompress.ts",
      "packages/formats/src/csv/encode.ts:1 imports csv-parse, whose home is packages/formats/src/csv/records.ts",
      "packages/storage/src/layers/retried.ts:1 imports axios, whose home is packages/storage/src/http.ts and packages/storage/src/http-json.ts and packages/storage/src/http-body.ts",
    ]);
  });

  it("find a branch on the dataset, and know the mapping of the same name", () => {
    const files = sources({
      "analysis/src/a.ts": [
        'if (dataset === "ibl") {}',
        'const isAllen = ref.dataset == "allen";',
        'switch (dataset) { case "allen": break; }',
        "const id = `ibl:$" + "{x}`;",
        'const rule = rules.get("allen-default@2019");',
        'const label = table["allen"];',
      ].join("\n"),
      "analysis/src/b.ts": [
        'import { ibl } from "@crossprobe/ibl-adapter";',
        'type Mapping = "allen" | "beryl";',
        'const MAPPINGS = ["allen", "beryl"];',
        'if (mapping === "allen") {}',
        'switch (options.mapping) { case "allen": break; }',
        'function f(mapping = "allen", options: { mapping: "beryl" }) {}',
        'mapRegion(region, "allen"); const o = { mapping: "allen" };',
        'const text = "allen structures"; // "ibl"',
      ].join("\n"),
      "cli/src/compose.ts": 'const adapters = { ibl: "ibl" };',
      "cli/src/commands/compare.ts": 'if (plugin.id === "ibl") {}',
      "core/src/hub.test.ts": 'const dataset = "ibl";',
      "ibl-adapter/src/index.ts": 'const id = "ibl";',
    });
    expect(datasetViolations(files)).toEqual([
      'packages/analysis/src/a.ts:1 names a dataset: "ibl"',
      'packages/analysis/src/a.ts:2 names a dataset: "allen"',
      'packages/analysis/src/a.ts:3 names a dataset: "allen"',
      'packages/analysis/src/a.ts:4 names a dataset: "ibl:"',
      'packages/analysis/src/a.ts:5 names a dataset: "allen-default@2019"',
      'packages/analysis/src/a.ts:6 names a dataset: "allen"',
      'packages/cli/src/commands/compare.ts:1 names a dataset: "ibl"',
    ]);
  });

  it("find the way from a root export to a Node module, through other packages too", () => {
    const files = sources({
      "atlas/src/index.ts": 'export { a } from "./a.js";',
      "atlas/src/a.ts": 'import { readFileSync } from "node:fs";',
      "core/src/index.ts": 'export type { F } from "node:fs";\nimport "@crossprobe/atlas";',
      "storage/src/index.ts": 'export { memory } from "./memory.js";',
      "storage/src/memory.ts": "export const memory = 1;",
      "storage/src/node.ts": 'import "node:fs";',
    });
    const manifests = new Map(["atlas", "core", "storage"].map((name) => manifest(name)));
    expect(nodeViolations(files, manifests)).toEqual([
      "packages/atlas/src/index.ts → packages/atlas/src/a.ts → node:fs",
      "packages/core/src/index.ts → packages/atlas/src/index.ts → packages/atlas/src/a.ts → node:fs",
    ]);
  });
});
