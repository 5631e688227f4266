import { posix } from "node:path";
import type { Manifest, SourceFile, SourceImport } from "./source-file.js";

const SCOPE = "@crossprobe/";

/** Which packages a package may import. Imports point down. */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  atlas: [],
  core: ["atlas"],
  storage: ["core"],
  formats: ["core"],
  nwb: ["core", "formats"],
  analysis: ["core", "atlas"],
  catalogue: ["core", "atlas", "formats"],
  duckdb: ["core", "catalogue"],
  "ibl-adapter": ["core", "atlas", "formats", "nwb"],
  "allen-adapter": ["core", "atlas", "formats", "nwb"],
  cli: [
    "core",
    "atlas",
    "formats",
    "nwb",
    "storage",
    "analysis",
    "catalogue",
    "duckdb",
    "ibl-adapter",
    "allen-adapter",
  ],
};

/** The one place that may import each guarded library: a file, a folder with its trailing slash, or the few files that share it. */
export const HOMES: Readonly<Record<string, string | readonly string[]>> = {
  inversify: "packages/core/src/container.ts",
  h5wasm: "packages/formats/src/hdf5/",
  // Ranges of files, the texts of web services, and whole bodies piece by piece: three contracts, one library.
  axios: ["packages/storage/src/http.ts", "packages/storage/src/http-json.ts", "packages/storage/src/http-body.ts"],
  "@aws-sdk/client-s3": "packages/storage/src/s3.ts",
  // Tables, and single columns packed: both beside each other, as HDF5 has its folder.
  hyparquet: ["packages/formats/src/parquet.ts", "packages/formats/src/parquet/"],
  "hyparquet-compressors": "packages/formats/src/parquet/decompress.ts",
  // And typed columns, whose pages are ours and whose footer is the library's.
  "hyparquet-writer": ["packages/formats/src/parquet.ts", "packages/formats/src/parquet/typed-writer.ts"],
  "@uwdata/flechette": "packages/formats/src/arrow.ts",
  "csv-parse": "packages/formats/src/csv/records.ts",
  tiff: "packages/formats/src/tiff.ts",
  "@duckdb/node-api": "packages/duckdb/src/",
  commander: "packages/cli/src/",
  "fast-png": "packages/cli/src/plot/density.ts",
  "@resvg/resvg-wasm": "packages/cli/src/plot/figure-png.ts",
  tinypool: "packages/ibl-adapter/src/lfp/decoder/",
};

/** Packages that know no dataset: none of them may name one. */
export const DATASET_FREE = ["core", "analysis", "catalogue", "duckdb", "cli"];

/** Where the composition root may name datasets, and why. */
export const MAY_NAME_DATASETS: Readonly<Record<string, string>> = {
  "packages/cli/src/compose.ts": "chooses the adapters that the command line asked for",
  "packages/cli/src/dataset-reports.ts": "lists the reports that adapters bring along",
  "packages/cli/src/config.ts": "reads which sources belong to which adapter",
};

/** Packages whose root export also runs in a browser. */
export const BROWSER_SAFE = ["atlas", "core", "storage", "analysis", "catalogue"];

/** Imports of our packages that {@link ALLOWED_IMPORTS} does not list, and relative imports that leave a package. */
export function directionViolations(files: readonly SourceFile[]): string[] {
  return each(files, (file, { specifier }) => {
    const target = ownPackage(specifier);
    if (target !== undefined) {
      if (target === file.packageName) return `imports its own package by name: ${specifier}`;
      const allowed = ALLOWED_IMPORTS[file.packageName];
      if (allowed === undefined) return `is in a package that the table of imports does not list`;
      return allowed.includes(target) ? undefined : `imports ${specifier}, which ${file.packageName} may not`;
    }
    if (!specifier.startsWith(".")) return undefined;
    const resolved = posix.join(posix.dirname(file.path), specifier);
    return staysHome(file, resolved) ? undefined : `imports ${specifier}, outside its package`;
  });
}

/** Sources stay in `src`; tests may use what stands beside it, and the fixtures and helpers of `test/`. */
function staysHome(file: SourceFile, resolved: string): boolean {
  const own = `packages/${file.packageName}/`;
  return file.isTest ? resolved.startsWith(own) || resolved.startsWith("test/") : resolved.startsWith(`${own}src/`);
}

/** Imports that the manifest does not declare, and declared dependencies that no source imports. */
export function declarationViolations(
  files: readonly SourceFile[],
  manifests: ReadonlyMap<string, Manifest>,
): string[] {
  const undeclared = each(files, (file, { specifier }) => {
    const library = libraryOf(specifier);
    const manifest = manifests.get(file.packageName);
    if (library === undefined || (library === "vitest" && mayTest(file))) return undefined;
    const declared = {
      ...manifest?.dependencies,
      ...manifest?.peerDependencies,
      ...(file.isTest && manifest?.devDependencies),
    };
    return library in declared ? undefined : `imports ${library}, which package.json does not declare`;
  });
  const unused = [...manifests].flatMap(([name, manifest]) => {
    const sources = files.filter((file) => file.packageName === name && !file.isTest);
    const imported = new Set(sources.flatMap((file) => file.imports.map(({ specifier }) => libraryOf(specifier))));
    return Object.keys(manifest.dependencies ?? {})
      .filter((library) => !imported.has(library))
      .map((library) => `packages/${name}/package.json: declares ${library}, which no source imports`);
  });
  return [...undeclared, ...unused];
}

/** Files that may import vitest: tests, and the suites that others run. */
function mayTest(file: SourceFile): boolean {
  return file.isTest || file.path.startsWith("packages/core/src/conformance/");
}

/** vitest in what is neither a test nor a suite. */
export function testLibraryViolations(files: readonly SourceFile[]): string[] {
  return each(files, (file, { specifier }) =>
    libraryOf(specifier) === "vitest" && !mayTest(file) ? "imports vitest, and is no test" : undefined,
  );
}

/** Guarded libraries imported elsewhere than in their home; types included, so that none leaks into a signature. */
export function homeViolations(files: readonly SourceFile[]): string[] {
  return each(files, (file, { specifier }) => {
    const library = libraryOf(specifier);
    const homes = library === undefined ? [] : [HOMES[library] ?? []].flat();
    if (homes.length === 0) return undefined;
    if (homes.some((home) => isIn(file.path, home) || (file.isTest && isBesideHome(file.path, home)))) return undefined;
    return `imports ${library}, whose home is ${homes.join(" and ")}`;
  });
}

function isIn(path: string, home: string): boolean {
  return home.endsWith("/") ? path.startsWith(home) : path === home;
}

function isBesideHome(path: string, home: string): boolean {
  return path === home.replace(/\.ts$/, ".test.ts");
}

/** Names of datasets in packages that must not know any. Tests may name them. */
export function datasetViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => DATASET_FREE.includes(file.packageName) && !file.isTest && !(file.path in MAY_NAME_DATASETS))
    .flatMap((file) =>
      file.datasetLiterals.map(({ text, line }) => `${file.path}:${line} names a dataset: ${JSON.stringify(text)}`),
    );
}

/** Ways from a browser-safe root export to a `node:` module, as chains of files. */
export function nodeViolations(files: readonly SourceFile[], manifests: ReadonlyMap<string, Manifest>): string[] {
  const graph = runtimeGraph(files, manifests);
  return BROWSER_SAFE.flatMap((name) => {
    const root = entryFile(name, ".", manifests);
    return root === undefined ? [] : chainsToNode(root, graph, new Map(files.map((file) => [file.path, file])));
  });
}

function chainsToNode(
  root: string,
  graph: ReadonlyMap<string, readonly string[]>,
  byPath: ReadonlyMap<string, SourceFile>,
): string[] {
  const cameFrom = new Map<string, string | undefined>([[root, undefined]]);
  const violations: string[] = [];
  for (const path of cameFrom.keys()) {
    for (const { specifier, isTypeOnly } of byPath.get(path)?.imports ?? []) {
      if (isTypeOnly || !isNodeModule(specifier)) continue;
      violations.push(`${wayTo(path, cameFrom).join(" → ")} → ${specifier}`);
    }
    for (const next of graph.get(path) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, path);
  }
  return violations;
}

function wayTo(path: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const before = cameFrom.get(path);
  return before === undefined ? [path] : [...wayTo(before, cameFrom), path];
}

/** Groups of files that import each other when the program runs. */
export function cycleViolations(files: readonly SourceFile[], manifests: ReadonlyMap<string, Manifest>): string[] {
  const graph = runtimeGraph(files, manifests);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.push([...way.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const file of files) walk(file.path, []);
  return found;
}

function runtimeGraph(
  files: readonly SourceFile[],
  manifests: ReadonlyMap<string, Manifest>,
): Map<string, readonly string[]> {
  return new Map(
    files.map((file) => [
      file.path,
      file.imports
        .filter(({ isTypeOnly }) => !isTypeOnly)
        .flatMap(({ specifier }) => resolve(file, specifier, manifests)),
    ]),
  );
}

/** The source file that an import of ours leads to; nothing for libraries. */
function resolve(file: SourceFile, specifier: string, manifests: ReadonlyMap<string, Manifest>): string[] {
  if (specifier.startsWith(".")) return [posix.join(posix.dirname(file.path), specifier).replace(/\.js$/, ".ts")];
  const name = ownPackage(specifier);
  if (name === undefined) return [];
  const entry = entryFile(name, `.${specifier.slice(SCOPE.length + name.length)}`, manifests);
  return entry === undefined ? [] : [entry];
}

function entryFile(name: string, subpath: string, manifests: ReadonlyMap<string, Manifest>): string | undefined {
  const source = manifests.get(name)?.exports?.[subpath]?.source;
  return source === undefined ? undefined : posix.join("packages", name, source);
}

function ownPackage(specifier: string): string | undefined {
  return specifier.startsWith(SCOPE) ? specifier.slice(SCOPE.length).split("/")[0] : undefined;
}

/**
 * The package that a bare specifier belongs to; `undefined` for relative ones and for Node's own modules. A manifest's `imports` are
 * named after the library whose entry they choose: `#csv-parse`.
 */
function libraryOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || isNodeModule(specifier)) return undefined;
  return specifier
    .replace(/^#/, "")
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Node's modules are always written with their scheme here (biome: `useNodejsImportProtocol`). */
function isNodeModule(specifier: string): boolean {
  return specifier.startsWith("node:");
}

function each(
  files: readonly SourceFile[],
  check: (file: SourceFile, found: SourceImport) => string | undefined,
): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((found) => {
      const violation = check(file, found);
      return violation === undefined ? [] : [`${file.path}:${found.line} ${violation}`];
    }),
  );
}
