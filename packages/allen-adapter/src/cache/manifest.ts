import { type ByteStore, type CallOptions, type Notice, QueryError, SchemaError } from "@crossprobe/core";
import { readJson } from "@crossprobe/formats/json";
import { z } from "zod";
import {
  DEFAULT_ENTRIES,
  entrySchema,
  MANIFEST_KEY,
  MANIFEST_VERSION,
  type ManifestDocument,
  type ManifestEntry,
  type ManifestKey,
  manifestSchema,
} from "./manifest-entries.js";
import { resolveEntry } from "./manifest-path.js";
import { checkVersion } from "./manifest-version.js";

/** A file or folder that a manifest names. */
export interface ManifestPath {
  readonly key: string;
  readonly type: "dir" | "file";
  /** Key of the store, with `%d` and `%s` where identifiers go; `""` for the folder itself. */
  readonly template: string;
}

/** Where the files of one project cache are: keys of its store. */
export interface Manifest {
  /** As the manifest states it; null when there is none and the defaults are used. */
  readonly version: string | null;
  /** What it names, in its order. */
  readonly paths: readonly ManifestPath[];
  /**
   * Key of a file, its identifiers filled in.
   *
   * @throws {@link SchemaError} when the manifest does not name it, or its path has a placeholder that the identifiers do not fill
   * @throws {@link QueryError} for an identifier that is no number, or would leave the folder
   */
  keyOf(file: ManifestKey, ...ids: readonly (string | number)[]): string;
  readonly notices: readonly Notice[];
}

export interface ManifestOptions {
  /** The version that must be stated; 0.3.0 unless given. */
  readonly expectedVersion?: string | undefined;
}

/**
 * Reads the manifest of a project cache; `undefined` if there is none at the key.
 *
 * @throws {@link SchemaError} for another version, an entry we cannot follow, or a path that leaves the folder
 */
export async function readManifest(
  store: ByteStore,
  key: string = MANIFEST_KEY,
  { expectedVersion }: ManifestOptions = {},
  options?: CallOptions,
): Promise<Manifest | undefined> {
  const document = await readJson(store, key, manifestSchema, options);
  return document && parseManifest(document, store.url, key, { expectedVersion });
}

/**
 * The manifest that a parsed `manifest.json` stands for. Paths lead from the folder of the manifest, also those of files without a parent
 * (AllenSDK takes the working directory for them). Backslashes of a manifest that was edited on Windows separate parts of a path.
 *
 * @param baseUrl the folder that holds it
 */
export function parseManifest(
  document: ManifestDocument,
  baseUrl: string,
  key: string,
  { expectedVersion = MANIFEST_VERSION }: ManifestOptions = {},
): Manifest {
  const url = baseUrl + key;
  const version = checkVersion(document.manifest, url, expectedVersion);
  const notices: Notice[] = [];
  const note = (code: string, message: string) => notices.push({ code, message, count: 1, where: url });
  const resolved = new Map<string, ManifestPath>();
  for (const raw of document.manifest) {
    if (raw.type === "manifest_version") continue;
    if (raw.type !== "dir" && raw.type !== "file") {
      note("manifest-entry-unknown", `An entry of the unknown type ${JSON.stringify(raw.type)} was not read.`);
      continue;
    }
    const entry = entryOf(raw, url);
    if (entry.spec.includes("\\")) {
      note("manifest-backslashes", `The path of ${entry.key} has backslashes, which were read as slashes.`);
    }
    if (resolved.has(entry.key)) note("manifest-key-repeated", `${entry.key} stands twice; the last one counts.`);
    const parts = resolveEntry(entry, (parent) => resolved.get(parent)?.template, baseUrl, url);
    resolved.set(entry.key, { key: entry.key, type: entry.type, template: parts.join("/") });
  }
  return manifestOf(version, [...resolved.values()], url, notices);
}

/** The manifest of a folder without one: the default names, and a notice that says so. */
export function defaultManifest(baseUrl: string): Manifest {
  const message = `There is no ${MANIFEST_KEY}; the files are looked for under the release's default names.`;
  const notice: Notice = { code: "manifest-absent", message, count: 1, where: baseUrl };
  return manifestOf(null, DEFAULT_PATHS, baseUrl, [notice]);
}

const DEFAULT_PATHS = parseManifest(
  { manifest: [{ type: "manifest_version", value: MANIFEST_VERSION }, ...DEFAULT_ENTRIES] },
  "memory://cache/",
  MANIFEST_KEY,
).paths;

/** The key that each table has by default. */
const DEFAULT_TABLE_KEYS: readonly string[] = ["sessions", "probes", "channels", "units"].map(
  (name) => DEFAULT_PATHS.find(({ key }) => key === name)?.template ?? name,
);

/** The default names, for a folder that holds at least one table. @throws {@link SchemaError} for one that holds none */
export async function assumedManifest(store: ByteStore, manifestKey: string, options?: CallOptions): Promise<Manifest> {
  for (const key of DEFAULT_TABLE_KEYS) {
    if ((await store.size(key, options)) !== undefined) return defaultManifest(store.url);
  }
  throw new SchemaError(
    `${store.url} is no project cache: neither ${manifestKey} nor ${DEFAULT_TABLE_KEYS.join(", ")} is in it.`,
    {
      url: store.url,
      hint: "Give the folder that holds the manifest; to see what a single file is, use `crossprobe inspect <file>`.",
    },
  );
}

function manifestOf(
  version: string | null,
  paths: readonly ManifestPath[],
  url: string,
  notices: readonly Notice[],
): Manifest {
  const templates = new Map(paths.map(({ key, template }) => [key, template]));
  return {
    ...{ version, paths, notices },
    keyOf: (name, ...ids) => {
      const template = templates.get(name);
      if (template !== undefined) return formatTemplate(template, ids, url);
      throw new SchemaError(`The manifest ${url} names no file ${JSON.stringify(name)}.`, {
        url,
        hint: "Remove the manifest to use the release's default names, or let AllenSDK write it again.",
      });
    },
  };
}

function entryOf(raw: object, url: string): ManifestEntry {
  const entry = entrySchema.safeParse(raw);
  if (entry.success) return entry.data;
  throw new SchemaError(`An entry of the manifest ${url} is not understood: ${z.prettifyError(entry.error)}`, {
    url,
    cause: entry.error,
  });
}

/** Printf formatting of the specification alone: a `%` in the folder's own name is no placeholder. */
function formatTemplate(template: string, ids: readonly (string | number)[], url: string): string {
  let used = 0;
  const key = template.replace(/%(.?)/g, (whole, kind: string) => {
    if (kind === "%") return "%";
    const id = ids[used++];
    if ((kind === "d" || kind === "s") && id !== undefined) return checkId(String(id), kind);
    throw new SchemaError(
      `The path ${JSON.stringify(template)} of ${url} has a placeholder ${whole} that cannot be filled.`,
      { url },
    );
  });
  if (used >= ids.length) return key;
  throw new SchemaError(
    `The path ${JSON.stringify(template)} of ${url} has no place for ${ids.slice(used).join(", ")}.`,
    {
      url,
    },
  );
}

/** Identifiers of the release are numbers; session types are words with points. */
function checkId(id: string, kind: "d" | "s"): string {
  if (kind === "d" ? /^\d+$/.test(id) : /^[\w-][\w.-]*$/.test(id)) return id;
  throw new QueryError(
    `${JSON.stringify(id)} is no ${kind === "d" ? "number" : "name"} that a path of a project cache can hold.`,
    {
      hint: "Give a session id, probe id or template number, or the name of a session type.",
    },
  );
}
