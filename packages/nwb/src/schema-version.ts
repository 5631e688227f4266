import { type CallOptions, FormatError, UnsupportedError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { readText, referenceAttribute, textAttribute } from "./attributes.js";

/** A namespace whose schema is cached in the file. */
export interface CachedNamespace {
  readonly name: string;
  /** As the file names them, in name order; usually one. */
  readonly versions: readonly string[];
}

/** Which NWB an NWB file is. */
export interface SchemaVersion {
  /** As the file states it, such as `"2.2.2"`, `"2.0b"`, `"NWB-2.0.2"`. */
  readonly stated: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Whether it is a preliminary version of its number, as `"2.0b"` and `"2.7.0-alpha"` are. */
  readonly isPrerelease: boolean;
  /** Namespaces with schemas in the file, `core` and `hdmf-*` among them; empty when none are cached. */
  readonly cached: readonly CachedNamespace[];
  /** Names of {@link cached} that are no part of the standard. */
  readonly extensions: readonly string[];
}

const STANDARD: ReadonlySet<string> = new Set(["core", "hdmf-common", "hdmf-experimental"]);

/** Whether a namespace is part of NWB itself. */
export function isStandardNamespace(name: string): boolean {
  return STANDARD.has(name);
}

/**
 * Which NWB a file is, and which schemas it carries.
 *
 * Reads the attributes of the root and names below `/specifications`; no schema is loaded, because none is needed to read.
 *
 * Source: NWB 2 states `nwb_version` as an attribute of the root; NWB 1 as a dataset (`NWB-1.0.6`). hdmf caches schemas under
 * `/specifications/<namespace>/<version>` and points at them with the root attribute `.specloc`.
 *
 * @throws {@link UnsupportedError} for NWB 1
 * @throws {@link FormatError} when an HDF5 file is no NWB file, or an NWB file states no version
 */
export async function readSchemaVersion(file: Hdf5File, options?: CallOptions): Promise<SchemaVersion> {
  const root = await file.attributes("/", options);
  const stated = textAttribute(root, "nwb_version") ?? (await readText(file, "/nwb_version", options));
  if (stated === undefined) throw notNwb(file, textAttribute(root, "neurodata_type"));
  const parsed = parseVersion(stated);
  if (!parsed) throw unreadable(file, `nwb_version is ${JSON.stringify(stated)}, which is no version number`);
  if (parsed.major < 2) {
    throw new UnsupportedError(`${file.url} is NWB ${stated}; only NWB 2 is read.`, {
      hint: "Convert it to NWB 2, for example with MatNWB or a script over h5py and pynwb.",
    });
  }
  const cached = await listCached(file, referenceAttribute(root, ".specloc") ?? "/specifications", options);
  const extensions = cached.map((namespace) => namespace.name).filter((name) => !isStandardNamespace(name));
  return { stated, ...parsed, cached, extensions };
}

/** Whether a file's version comes before another, preliminary versions before the final one. */
export function isVersionBefore(
  version: SchemaVersion,
  [major, minor, patch]: readonly [number, number, number],
): boolean {
  const difference = version.major - major || version.minor - minor || version.patch - patch;
  return difference === 0 ? version.isPrerelease : difference < 0;
}

/**
 * Whether a file has the layout that AllenSDK 1.x wrote in 2019 (running timestamps of two rows, groups named by probe id).
 *
 * Source: the 2020 re-release of Visual Coding – Neuropixels is NWB core 2.2.2; everything before it stated an earlier version.
 */
export function isEarlierThan2020(version: SchemaVersion): boolean {
  return isVersionBefore(version, [2, 2, 2]);
}

function parseVersion(text: string) {
  const match = /^(?:NWB-)?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(.*)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, major, minor, patch = "0", rest = ""] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), isPrerelease: rest !== "" };
}

async function listCached(file: Hdf5File, path: string, options?: CallOptions): Promise<readonly CachedNamespace[]> {
  if ((await file.find(path, options))?.kind !== "group") return [];
  const namespaces: CachedNamespace[] = [];
  for (const { name } of await file.list(path, options)) {
    const child = `${path === "/" ? "" : path}/${name}`;
    if ((await file.find(child, options))?.kind !== "group") continue;
    const versions = (await file.list(child, options)).map((link) => link.name);
    namespaces.push({ name, versions });
  }
  return namespaces;
}

function notNwb(file: Hdf5File, type: string | undefined): FormatError {
  if (type === "NWBFile") return unreadable(file, "The root says NWBFile but states no nwb_version");
  return unreadable(file, "This is an HDF5 file but not NWB: the root states no nwb_version");
}

function unreadable(file: Hdf5File, message: string): FormatError {
  return new FormatError(`${message} (${file.url}).`, {
    format: "nwb",
    url: file.url,
    at: "/",
    hint: "Look at what the file holds with `crossprobe inspect`.",
  });
}
