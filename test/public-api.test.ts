import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Entry {
  /** What one writes in an import: `@crossprobe/formats/npy`. */
  readonly specifier: string;
  readonly source: string;
}

/** Every entry point of every package, from the `source` condition of its manifest. */
function entries(): Entry[] {
  return readdirSync(join(ROOT, "packages"))
    .sort()
    .map((name) => join(ROOT, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .flatMap((folder) => {
      const manifest: { name: string; exports: Record<string, { source: string }> } = JSON.parse(
        readFileSync(join(folder, "package.json"), "utf8"),
      );
      return Object.entries(manifest.exports).map(([subpath, { source }]) => ({
        specifier: manifest.name + subpath.slice(1),
        source: join(folder, source),
      }));
    });
}

/** A program over some sources that resolves their imports and checks nothing. */
function programOf(sources: readonly string[]): ts.Program {
  const module = ts.ModuleKind.NodeNext;
  const moduleResolution = ts.ModuleResolutionKind.NodeNext;
  return ts.createProgram(sources, { module, moduleResolution, customConditions: ["source"], noLib: true, types: [] });
}

/** `kind name` of each export, sorted by name. A class or a merged name is a value: it is there when the program runs. */
function exportsOf(source: string, program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) return []; // no import and no export: not a module yet
  return checker
    .getExportsOfModule(module)
    .map((symbol) => `${isValue(symbol, checker) ? "value" : "type "} ${symbol.name}`)
    .sort((a, b) => (a.slice(6) < b.slice(6) ? -1 : 1));
}

function isValue(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  if (!(symbol.flags & ts.SymbolFlags.Alias)) return (symbol.flags & ts.SymbolFlags.Value) !== 0;
  if (symbol.declarations?.some((declaration) => ts.isTypeOnlyExportDeclaration(declaration))) return false;
  return (checker.getAliasedSymbol(symbol).flags & ts.SymbolFlags.Value) !== 0;
}

describe("the public API", () => {
  it("is what was agreed (a new export is a decision: npx vitest run test/public-api -u)", async () => {
    const all = entries();
    const program = programOf(all.map((entry) => entry.source));
    const text = all
      .map(
        ({ specifier, source }) =>
          `${specifier}\n${exportsOf(source, program)
            .map((line) => `  ${line}\n`)
            .join("")}`,
      )
      .join("\n");
    await expect(text).toMatchFileSnapshot("./public-api.snapshot.txt");
  });

  it("is read as it runs: the values are those that an import has", async () => {
    const [atlas] = entries().filter((entry) => entry.specifier === "@crossprobe/atlas");
    if (!atlas) throw new Error("no atlas");
    const lines = exportsOf(atlas.source, programOf([atlas.source]));
    const values = lines.flatMap((line) => (line.startsWith("value ") ? [line.slice(6)] : []));
    expect(values).toEqual(Object.keys(await import("@crossprobe/atlas")).sort());
    expect(lines).toContain("type  Region");
  });
});
