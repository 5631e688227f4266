import type { AdapterDeps, ByteStore, CallOptions, FileDigest, Notice } from "@crossprobe/core";
import type { CacheFile } from "../cache/cache-files.js";

/** A file of the release at one place that distributes it. */
export interface FoundFile {
  /** The place's own identifier; null where it has none. */
  readonly id: string | null;
  readonly urls: readonly string[];
  /** Why it cannot be fetched; null where it can. */
  readonly absent: string | null;
  /** Bytes; null where the place does not say. */
  readonly size: number | null;
  readonly digests: readonly FileDigest[];
}

/** A natural movie or scene. */
export interface FoundTemplate extends FoundFile {
  readonly file: CacheFile & { readonly kind: "natural-movie" | "natural-scene" };
}

/** Files of a session that places distribute. */
export type SessionCacheFile = CacheFile & { readonly kind: "session-nwb" | "lfp-nwb" | "session-metrics" };

/** One place that distributes the release. Each answers for what it has; none knows of the others. */
export interface ReleaseSource {
  /** What it is, for people. */
  readonly title: string;
  readonly url: string;
  /** Its tables as the folder of a project cache; `undefined` where it has none. */
  readonly tables: ByteStore | undefined;
  /** What to know about its answers so far. */
  readonly notices: readonly Notice[];
  /** Identifiers of the probes of a session; `undefined` for a session that it does not know. */
  probesOf(session: string, options: CallOptions): Promise<readonly string[] | undefined>;
  /** The session of a probe; `undefined` for a probe that it does not know. */
  sessionOf(probe: string, options: CallOptions): Promise<string | undefined>;
  /** Where a file can be fetched, or why it cannot; `undefined` where it never has files of the kind. */
  find(file: SessionCacheFile, options: CallOptions): Promise<FoundFile | undefined>;
  templates(options: CallOptions): Promise<readonly FoundTemplate[]>;
}

/** A place that an adapter is to fetch files from, before it is opened. */
export interface AllenRemote {
  /** Whether it has the tables of the release, so that no local cache is needed to list sessions. */
  readonly hasTables: boolean;
  /** Places that its files come from, redirects included, as `AdapterPlugin.fileHosts`; none unless said. */
  readonly hosts?: readonly string[] | undefined;
  /** Does no I/O. */
  open(deps: AdapterDeps): ReleaseSource;
}

/** The place of a service, as {@link AllenRemote.hosts}. What is no address is refused when the service is opened. */
export function placesOf(url: string): string[] {
  return URL.canParse(url) ? [new URL(url).origin] : [];
}

export function absentFile(absent: string): FoundFile {
  return { id: null, urls: [], absent, size: null, digests: [] };
}
