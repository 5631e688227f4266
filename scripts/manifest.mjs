// Rewrites a package's package.json for publishing, and puts it back.
//
//   node ../../scripts/manifest.mjs prepare    (prepack)
//   node ../../scripts/manifest.mjs restore    (postpack)
//
// npm knows neither `workspace:` nor `catalog:`, and what is published has no sources and no development tools. The original is kept
// beside it as package.json.original: a prepare that finds one was interrupted, and starts from it. What `files` names under `samples/`
// lies at the root of the checkout and is copied into the package for as long as it is packed.
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Writes the publishable package.json of a package folder. */
export function prepare(folder) {
  const manifest = join(folder, "package.json");
  const backup = join(folder, "package.json.original");
  if (!existsSync(backup)) replaceFile(backup, readFileSync(manifest));
  const original = JSON.parse(readFileSync(backup, "utf8"));
  replaceFile(manifest, `${JSON.stringify(toPublished(original, versions()), null, 2)}\n`);
  for (const file of samplesOf(original)) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
}

const SAMPLES = "samples";

function samplesOf({ files = [] }) {
  return files.filter((file) => file.startsWith(`${SAMPLES}/`));
}

/** Puts the original package.json back; does nothing where there is none to put back. */
export function restore(folder) {
  const backup = join(folder, "package.json.original");
  if (!existsSync(backup)) return;
  const { length } = samplesOf(JSON.parse(readFileSync(backup, "utf8")));
  if (length > 0) rmSync(join(folder, SAMPLES), { recursive: true, force: true });
  renameSync(backup, join(folder, "package.json"));
}

/** The manifest as it is published. `versions` has the catalog's versions, and `workspace(name)`. */
export function toPublished(original, { catalog, workspace }) {
  const { devDependencies: _, scripts, ...published } = original;
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
    if (published[kind] === undefined) continue;
    published[kind] = Object.fromEntries(
      Object.entries(published[kind]).map(([name, range]) => [
        name,
        publishedRange(name, range, { catalog, workspace }),
      ]),
    );
  }
  if (published.exports !== undefined) published.exports = withoutSource(published.exports);
  if (published.files !== undefined) published.files = [...published.files, "!dist/.tsbuildinfo", "!dist/**/*.map"];
  // npm reads the scripts anew after packing: without this one the original would not come back.
  if (scripts?.postpack !== undefined) published.scripts = { postpack: scripts.postpack };
  return published;
}

function publishedRange(name, range, { catalog, workspace }) {
  if (range.startsWith("workspace:")) return workspace(name);
  if (!range.startsWith("catalog:")) return range;
  const version = catalog.get(name);
  if (version === undefined) throw new Error(`${name} says ${range}, and pnpm-workspace.yaml has no such entry.`);
  return version;
}

function withoutSource(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([condition]) => condition !== "source");
  return Object.fromEntries(kept.map(([condition, target]) => [condition, withoutSource(target)]));
}

function versions() {
  return { catalog: readCatalog(readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8")), workspace: workspaceVersion };
}

/** Entries of the `catalog:` block: `  name: version` or `  "name": version`, one a line. */
export function readCatalog(yaml) {
  const lines = yaml.split(/\r?\n/);
  const entries = new Map();
  for (const line of lines.slice(lines.indexOf("catalog:") + 1)) {
    if (/^\S/.test(line)) break;
    const [, name, version] = /^ +["']?([^"':]+)["']?: *["']?([^"'#\s]+)["']?/.exec(line) ?? [];
    if (name !== undefined && version !== undefined) entries.set(name, version);
  }
  return entries;
}

function workspaceVersion(name) {
  const folder = join(ROOT, "packages", name.replace(/^@[^/]+\//, ""));
  const original = join(folder, "package.json.original");
  const manifest = JSON.parse(readFileSync(existsSync(original) ? original : join(folder, "package.json"), "utf8"));
  if (manifest.name !== name) throw new Error(`${folder} is ${manifest.name}, not ${name}.`);
  return manifest.version;
}

/** Never leaves half a file behind. */
function replaceFile(path, content) {
  writeFileSync(`${path}.tmp`, content);
  renameSync(`${path}.tmp`, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const actions = { prepare, restore };
  const action = actions[process.argv[2]];
  if (!action) {
    console.error("usage: node manifest.mjs prepare|restore, in a package's folder");
    process.exit(1);
  }
  action(process.cwd());
}
