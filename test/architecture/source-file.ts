import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** One import of a source file, whichever way it is written. */
export interface SourceImport {
  readonly specifier: string;
  /** Whether it is gone when the program runs. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

/** A string literal that names a dataset, outside the places where the word means a region mapping. */
export interface DatasetLiteral {
  readonly text: string;
  readonly line: number;
}

/** What the rules look at in one source file. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes: `packages/core/src/hub.ts`. */
  readonly path: string;
  /** Folder name of its package: `core`. */
  readonly packageName: string;
  readonly isTest: boolean;
  readonly imports: readonly SourceImport[];
  readonly datasetLiterals: readonly DatasetLiteral[];
}

/** The part of a `package.json` that the rules look at. */
export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly source?: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Every `.ts` file of every package, parsed. */
export function readSources(): SourceFile[] {
  return packageNames().flatMap((name) =>
    list(`packages/${name}/src`).map((path) => parseSource(path, readFileSync(join(ROOT, path), "utf8"))),
  );
}

/** The manifest of every package, by folder name. */
export function readManifests(): Map<string, Manifest> {
  return new Map(
    packageNames().map((name) => [
      name,
      JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")),
    ]),
  );
}

function packageNames(): string[] {
  return readdirSync(join(ROOT, "packages")).filter((name) => existsSync(join(ROOT, "packages", name, "package.json")));
}

function list(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return list(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

/** Parses one file; `path` is from the root of the repository. */
export function parseSource(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: SourceImport[] = [];
  const datasetLiterals: DatasetLiteral[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    if (found) imports.push({ ...found, line });
    if (isLiteral(node) && namesDataset(node.text) && !isModuleSpecifier(node) && !meansMapping(node)) {
      datasetLiterals.push({ text: node.text, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const [, packageName = ""] = /^packages\/([^/]+)\//.exec(path) ?? [];
  return { path, packageName, isTest: path.endsWith(".test.ts"), imports, datasetLiterals };
}

function importOf(node: ts.Node): Omit<SourceImport, "line"> | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    // `import { type A } from` stays as an import of the module: only `import type` is gone (verbatimModuleSyntax).
    const isTypeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, isTypeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, isTypeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, isTypeOnly: true };
  }
  if (ts.isCallExpression(node) && isLoading(node.expression)) {
    const [argument] = node.arguments;
    if (argument && ts.isStringLiteralLike(argument)) return { specifier: argument.text, isTypeOnly: false };
  }
  return undefined;
}

/** `import("…")` and `import.meta.resolve("…")`; these are ES modules, without `require`. */
function isLoading(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return (
    ts.isPropertyAccessExpression(callee) && callee.name.text === "resolve" && ts.isMetaProperty(callee.expression)
  );
}

type Literal = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateHead;

function isLiteral(node: ts.Node): node is Literal {
  return ts.isStringLiteralLike(node) || node.kind === ts.SyntaxKind.TemplateHead;
}

/** `ibl`, `allen`, and what starts with either as a word of its own: `ibl:…`, `allen-default@2019`. */
function namesDataset(text: string): boolean {
  return /^(ibl|allen)(?![A-Za-z ])/.test(text);
}

function isModuleSpecifier(node: ts.Node): boolean {
  return ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent);
}

/** `"allen"` is also the finest region mapping: beside `"beryl"`, or where the code says "mapping". */
function meansMapping(node: Literal): boolean {
  if (node.text !== "allen") return false;
  const holder = ts.isLiteralTypeNode(node.parent) ? node.parent.parent : node.parent;
  if (ts.isArrayLiteralExpression(holder) || ts.isUnionTypeNode(holder)) return /["']beryl["']/.test(holder.getText());
  if (ts.isCaseClause(holder)) return /mapping/i.test(holder.parent.parent.expression.getText());
  return saysMapping(holder, node);
}

function saysMapping(holder: ts.Node, node: ts.Node): boolean {
  if (ts.isBinaryExpression(holder)) {
    return /mapping/i.test((holder.left === node ? holder.right : holder.left).getText());
  }
  if (ts.isVariableDeclaration(holder) || ts.isParameter(holder) || ts.isPropertyAssignment(holder)) {
    return /mapping/i.test(holder.name.getText());
  }
  if (ts.isPropertySignature(holder) || ts.isBindingElement(holder)) return /mapping/i.test(holder.name.getText());
  return ts.isCallExpression(holder) && /mapping|mapRegion/i.test(holder.expression.getText());
}
