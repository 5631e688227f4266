import { type ByteStore, type CallOptions, type Notice, SchemaError } from "@crossprobe/core";
import { readJson } from "@crossprobe/formats/json";
import { z } from "zod";

/** The version of project-cache manifests whose layout is known here. */
const MANIFEST_VERSION = "0.3.0";

/** File name that every tutorial of the release recommends. */
export const MANIFEST_KEY = "manifest.json";

/** Files of a project cache, by the manifest's own names. */
export type ManifestKey = "sessions" | "probes" | "channels" | "units" | "session_nwb" | "probe_lfp_nwb";

/**
 * Where each file lies when there is no manifest, relative to the cache folder.
 *
 * Source: AllenSDK `EcephysProjectCache.add_manifest_paths`.
 */
const DEFAULT_TEMPLATES: Readonly<Record<ManifestKey, string>> = {
  sessions: "sessions.csv",
  probes: "probes.csv",
  channels: "channels.csv",
  units: "units.csv",
  session_nwb: "session_%d/session_%d.nwb",
  probe_lfp_nwb: "session_%d/probe_%d_lfp.nwb",
};
const KEYS = Object.keys(DEFAULT_TEMPLATES) as readonly ManifestKey[];

/** Where the files of one project cache are: keys of its store. */
export interface Manifest {
  /** As the manifest states it; null when there is none and the defaults are used. */
  readonly version: string | null;
  /** Key of a file, its identifiers filled in. @throws {@link SchemaError} when the manifest does not name it */
  keyOf(file: ManifestKey, ...ids: readonly string[]): string;
  readonly notices: readonly Notice[];
}

const manifestSchema = z.looseObject({ manifest: z.array(z.looseObject({ type: z.string() })) });
const versionSchema = z.looseObject({ value: z.string() });
const entrySchema = z.looseObject({
  key: z.string(),
  type: z.enum(["dir", "file"]),
  spec: z.string(),
  parent_key: z.string().optional(),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Reads the manifest of a project cache; `undefined` if there is none at the key.
 *
 * @throws {@link SchemaError} for another version, an entry we cannot follow, or a path that leaves the folder
 */
export async function readManifest(
  store: ByteStore,
  key: string,
  options?: CallOptions,
): Promise<Manifest | undefined> {
  const document = await readJson(store, key, manifestSchema, options);
  return document && parseManifest(document, store.url, key);
}

/** The manifest that a parsed `manifest.json` stands for. `baseUrl` is the folder that holds it. */
export function parseManifest(document: z.infer<typeof manifestSchema>, baseUrl: string, key: string): Manifest {
  const url = baseUrl + key;
  const version = checkVersion(document.manifest, url);
  const notices: Notice[] = [];
  const resolved = new Map<string, readonly string[]>();
  for (const raw of document.manifest) {
    if (raw.type === "manifest_version") continue;
    if (raw.type !== "dir" && raw.type !== "file") {
      const message = `An entry of the unknown type ${JSON.stringify(raw.type)} was not read.`;
      notices.push({ code: "manifest-entry-unknown", message, count: 1, where: url });
      continue;
    }
    const entry = parseEntry(raw, url);
    resolved.set(entry.key, resolve(entry, resolved, baseUrl, url));
  }
  const templates = new Map([...resolved].map(([name, parts]) => [name, parts.join("/")]));
  return manifestOf(version, (name) => templates.get(name), url, notices);
}

/** The manifest of a folder without one: the default names, and a notice that says so. */
export function defaultManifest(baseUrl: string): Manifest {
  const message = `There is no ${MANIFEST_KEY}; the files are looked for under the release's default names.`;
  const notice: Notice = { code: "manifest-absent", message, count: 1, where: baseUrl };
  return manifestOf(null, (name) => DEFAULT_TEMPLATES[name], baseUrl, [notice]);
}

/** The key that each file of {@link ManifestKey} without identifiers would have by default. */
export const DEFAULT_TABLE_KEYS = KEYS.map((name) => DEFAULT_TEMPLATES[name]).filter((name) => !name.includes("%"));

function manifestOf(
  version: string | null,
  templateOf: (name: ManifestKey) => string | undefined,
  url: string,
  notices: readonly Notice[],
): Manifest {
  return {
    version,
    notices,
    keyOf: (name, ...ids) => {
      const template = templateOf(name);
      if (template !== undefined) return formatTemplate(template, ids, url);
      throw new SchemaError(`The manifest ${url} names no file ${JSON.stringify(name)}.`, {
        url,
        hint: "Remove the manifest to use the release's default names, or let AllenSDK write it again.",
      });
    },
  };
}

function checkVersion(entries: readonly { readonly type: string }[], url: string): string {
  const stated = versionSchema.safeParse(entries.find(({ type }) => type === "manifest_version"));
  const found = stated.success ? stated.data.value : undefined;
  if (found === MANIFEST_VERSION) return found;
  const what = found === undefined ? "states no version" : `is of version ${found}`;
  throw new SchemaError(`The manifest ${url} ${what}; version ${MANIFEST_VERSION} is expected.`, {
    url,
    hint: adviceOn(found),
  });
}

/** Source: AllenSDK compares versions as plain strings and advises to remove the file, which is then written again. */
function adviceOn(found: string | undefined): string {
  const cause =
    found === undefined || found < MANIFEST_VERSION
      ? "It was made by an older AllenSDK, or is no manifest of a project cache"
      : "It was made by a newer AllenSDK";
  return `${cause}. If the tables beside it have the default names, remove the manifest and they are found without it.`;
}

function parseEntry(raw: object, url: string): Entry {
  const entry = entrySchema.safeParse(raw);
  if (entry.success) return entry.data;
  throw new SchemaError(`An entry of the manifest ${url} is not understood: ${z.prettifyError(entry.error)}`, {
    url,
    cause: entry.error,
  });
}

/** Parts of an entry's path below the folder of the manifest. */
function resolve(
  entry: Entry,
  known: ReadonlyMap<string, readonly string[]>,
  baseUrl: string,
  url: string,
): readonly string[] {
  if (entry.spec.startsWith("/")) return relativeToBase(entry, baseUrl, url);
  const parent = entry.parent_key === undefined ? [] : known.get(entry.parent_key);
  if (!parent) {
    throw new SchemaError(
      `The entry ${entry.key} of ${url} lies below ${entry.parent_key}, which no earlier entry is.`,
      { url },
    );
  }
  const parts = [...parent];
  for (const part of entry.spec.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw leavesBase(entry, url);
  }
  return parts;
}

/** An absolute path is followed only where it lies below the folder of the manifest, on the same disk. */
function relativeToBase(entry: Entry, baseUrl: string, url: string): readonly string[] {
  const { protocol, pathname } = new URL(baseUrl);
  const base = pathname.split("/").filter((part) => part !== "");
  const parts = entry.spec.split("/").filter((part) => part !== "" && part !== ".");
  const isBelow = base.every((part, i) => decodeURIComponent(part) === parts[i]) && !parts.includes("..");
  if (protocol !== "file:" || !isBelow) throw leavesBase(entry, url);
  return parts.slice(base.length);
}

function leavesBase({ key, spec }: Entry, url: string): SchemaError {
  return new SchemaError(`The entry ${key} of ${url} leaves the folder of the manifest: ${JSON.stringify(spec)}.`, {
    url,
    hint: "Give the folder that holds the files as a cache of its own, or edit the entry to a path below the manifest.",
  });
}

/** Printf formatting of the specification alone: a `%` in the folder's own name is no placeholder. */
function formatTemplate(template: string, ids: readonly string[], url: string): string {
  let used = 0;
  return template.replace(/%(.?)/g, (whole, kind: string) => {
    if (kind === "%") return "%";
    const id = ids[used++];
    if ((kind === "d" || kind === "s") && id !== undefined) return id;
    throw new SchemaError(
      `The path ${JSON.stringify(template)} of ${url} has a placeholder ${whole} that cannot be filled.`,
      { url },
    );
  });
}
