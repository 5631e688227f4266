import { readFileSync } from "node:fs";
import * as allen from "@crossprobe/allen-adapter";
import * as allenCache from "@crossprobe/allen-adapter/cache";
import * as allenLfp from "@crossprobe/allen-adapter/lfp";
import * as allenRemote from "@crossprobe/allen-adapter/remote";
import * as allenSession from "@crossprobe/allen-adapter/session";
import * as allenWarehouse from "@crossprobe/allen-adapter/warehouse";
import * as analysis from "@crossprobe/analysis";
import * as core from "@crossprobe/core";
import * as csv from "@crossprobe/formats/csv";
import * as parquet from "@crossprobe/formats/parquet";
import * as ibl from "@crossprobe/ibl-adapter";
import * as alyx from "@crossprobe/ibl-adapter/alyx";
import * as loaders from "@crossprobe/ibl-adapter/loaders";
import * as one from "@crossprobe/ibl-adapter/one";
import * as raw from "@crossprobe/ibl-adapter/raw";
import * as storage from "@crossprobe/storage";
import * as storageNode from "@crossprobe/storage/node";
import ts from "typescript";

const MODULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "@crossprobe/allen-adapter": allen,
  "@crossprobe/allen-adapter/cache": allenCache,
  "@crossprobe/allen-adapter/lfp": allenLfp,
  "@crossprobe/allen-adapter/remote": allenRemote,
  "@crossprobe/allen-adapter/session": allenSession,
  "@crossprobe/allen-adapter/warehouse": allenWarehouse,
  "@crossprobe/analysis": analysis,
  "@crossprobe/core": core,
  "@crossprobe/formats/csv": csv,
  "@crossprobe/formats/parquet": parquet,
  "@crossprobe/ibl-adapter": ibl,
  "@crossprobe/ibl-adapter/alyx": alyx,
  "@crossprobe/ibl-adapter/loaders": loaders,
  "@crossprobe/ibl-adapter/one": one,
  "@crossprobe/ibl-adapter/raw": raw,
  "@crossprobe/storage": storage,
  "@crossprobe/storage/node": storageNode,
};

/** A TypeScript block of a document. */
export interface DocumentBlock {
  /** The heading above it. */
  readonly heading: string;
  readonly code: string;
  /** What the block says it prints: its comments that begin with `// →`, in order. */
  readonly printed: readonly string[];
}

/** The blocks of a Markdown file that are marked as TypeScript. */
export function readBlocks(file: string): DocumentBlock[] {
  const parts = readFileSync(file, "utf8").matchAll(/^#+ (?<heading>[^\n]*)$|^```ts\n(?<code>.*?)^```$/gms);
  const blocks: DocumentBlock[] = [];
  let heading = "";
  for (const { groups } of parts) {
    if (groups?.heading !== undefined) heading = groups.heading;
    if (groups?.code === undefined) continue;
    const printed = [...groups.code.matchAll(/\/\/ → (.*)$/gm)].map(([, text = ""]) => text);
    blocks.push({ heading, code: groups.code, printed });
  }
  return blocks;
}

/**
 * Runs the blocks of a page as one program, and gives what each printed, one text a call.
 *
 * @param places texts of the page, such as folders, and what stands for them here
 */
export async function runPage(
  blocks: readonly DocumentBlock[],
  places: Readonly<Record<string, string>>,
): Promise<string[][]> {
  const printed = blocks.map((): string[] => []);
  let current = 0;
  const log = (...values: readonly unknown[]): void => void printed[current]?.push(values.map(textOf).join(" "));
  const source = blocks.map(({ code }, i) => `begin(${i});\n${code}`).join("\n");
  const placed = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), source);
  const { outputText } = ts.transpileModule(withoutImports(placed), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const run = new Function("modules", "console", "begin", `return (async () => {${outputText}})()`);
  try {
    await run(MODULES, { log }, (block: number) => {
      current = block;
    });
  } catch (cause) {
    throw new Error(`the block below "${blocks[current]?.heading}" fails: ${cause}`, { cause });
  }
  return printed;
}

const IMPORT = /^import (?<type>type )?\{(?<names>[^}]*)\} from "(?<from>[^"]+)";$/gm;

/** Imports as names taken from the modules; each name once, as the blocks of a page share them. */
function withoutImports(source: string): string {
  const known = new Set<string>();
  return source.replace(IMPORT, (_, isType: string | undefined, names: string, from: string) => {
    if (isType !== undefined) return "";
    const taken = names.split(",").map((name) => name.trim());
    const missing = taken.filter(
      (name) => name !== "" && !name.startsWith("type ") && MODULES[from]?.[name] === undefined,
    );
    if (missing.length > 0) throw new Error(`${from} has no ${missing.join(", ")}`);
    const fresh = taken.filter((name) => name !== "" && !name.startsWith("type ") && !known.has(name));
    for (const name of fresh) known.add(name);
    return `const { ${fresh.join(", ")} } = modules[${JSON.stringify(from)}];`;
  });
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_, inner: unknown) => {
    if (ArrayBuffer.isView(inner)) return Array.from(inner as unknown as ArrayLike<number>);
    return typeof inner === "number" && !Number.isFinite(inner) ? null : inner;
  });
}

/**
 * What TypeScript finds wrong with the blocks of a page as one program, under the rules of the workspace and the built declarations.
 *
 * @param folder where the program is thought to lie, which decides which packages it finds
 */
export function typeErrors(blocks: readonly DocumentBlock[], folder: string): string[] {
  const name = `${folder}/page.mts`;
  const source = onceImported(blocks.map(({ code }) => code).join("\n"));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const [readFile, fileExists, getSourceFile] = [host.readFile, host.fileExists, host.getSourceFile];
  host.readFile = (file) => (file === name ? source : readFile(file));
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : getSourceFile(file, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([name], options, host)).map(({ messageText, start = 0 }) => {
    const line = source.slice(0, start).split("\n").length - 1;
    return `${source.split("\n")[line]?.trim()}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

/** A source that imports each name once, as the blocks of a page share them. */
function onceImported(source: string): string {
  const known = new Set<string>();
  return source.replace(IMPORT, (_, isType: string | undefined, names: string, from: string) => {
    const fresh = names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !known.has(name));
    for (const name of fresh) known.add(name);
    return `import ${isType ?? ""}{ ${fresh.join(", ")} } from "${from}";`;
  });
}
