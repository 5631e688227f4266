// Writes the skeleton of a package that reads another dataset: it compiles, and its conformance test runs.
//
//   node scripts/new-adapter.mjs <name>      (such as `steinmetz`: packages/steinmetz-adapter, `steinmetz:session:…`)
//
// Adds it to tsconfig.json and to the table of imports, too. CONTRIBUTING.md says what comes next.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { skeleton } from "./new-adapter-files.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const IMPORTS = join("test", "architecture", "rules.ts");

const name = process.argv[2] ?? "";
if (process.argv.length !== 3 || !isName(name)) {
  fail("usage: node scripts/new-adapter.mjs <name>; a name is lower-case words joined by -, such as steinmetz", 2);
}
const folder = `packages/${name}-adapter`;
if (existsSync(join(ROOT, folder))) fail(`${folder} exists already: take another name, or remove it first`, 1);

const files = new Map([
  ...Object.entries(skeleton(name)).map(([file, text]) => [join(folder, file), text]),
  ["tsconfig.json", withReference(read("tsconfig.json"))],
  [IMPORTS, withImports(read(IMPORTS))],
]);
for (const [file, text] of files) {
  mkdirSync(dirname(join(ROOT, file)), { recursive: true });
  writeFileSync(join(ROOT, file), text);
}
console.log(`${folder} is there. Next: npm run lock && npm run build && npx vitest run ${folder}`);

/** Also the name of a function, once its words are joined. */
function isName(text) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) return false;
  try {
    new Function(`"use strict"; const ${text.replaceAll("-", "_")} = 0;`);
    return true;
  } catch {
    return false; // a word of the language, such as `new`
  }
}

function read(file) {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Before the command, which comes last. */
function withReference(text) {
  const config = JSON.parse(text);
  config.references.splice(-1, 0, { path: folder });
  return `${JSON.stringify(config, null, 2)}\n`;
}

function withImports(text) {
  const last = /^ {2}cli: \[/m;
  if (!last.test(text)) fail(`${IMPORTS} has no line "  cli: [" to write before`, 1);
  return text.replace(last, (line) => `  ${JSON.stringify(`${name}-adapter`)}: ["core"],\n${line}`);
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
