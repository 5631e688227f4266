import { type CallOptions, type FileDigest, type Notice, SchemaError, SharedRead } from "@crossprobe/core";
import { z } from "zod";
import { NoticeCounter } from "../notices.js";
import {
  type AllenRemote,
  absentFile,
  type FoundFile,
  type FoundTemplate,
  placesOf,
  type ReleaseSource,
  type SessionCacheFile,
} from "./release-source.js";
import { checkShape, toServiceUrl, WebService, type WebServiceOptions } from "./web-service.js";

/** The archive's API. */
export const DANDI_URL = "https://api.dandiarchive.org/api/";
/** Where the archive's addresses of files lead. Source: the archive's answers to `assets/<id>/download/`. */
const BLOBS_URL = "https://dandiarchive.s3.amazonaws.com";
/** Sessions of type `brain_observatory_1.1` and of type `functional_connectivity`. */
export const DANDISETS: readonly string[] = ["000021", "000022"];

export interface DandiOptions extends WebServiceOptions {
  /** The API (default: the public archive's). */
  readonly url?: string | undefined;
  /** `draft` unless given; a published version such as `0.230101.1200` never changes. */
  readonly version?: string | undefined;
  readonly dandisets?: readonly string[] | undefined;
}

const PAGE_SIZE = 100;

const assetSchema = z.looseObject({
  asset_id: z.uuid(),
  path: z.string(),
  size: z.int().min(0),
  metadata: z.looseObject({ digest: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
const pageSchema = z.looseObject({ count: z.int().min(0), results: z.array(assetSchema) });
type Asset = z.infer<typeof assetSchema>;

/**
 * Files from the DANDI archive, which holds the release as dandisets 000021 and 000022: session and LFP files with sizes and, where the
 * archive states them, SHA-256. It has neither tables nor analysis metrics nor templates, and names files by donor; they are put where a
 * project cache has them.
 *
 * The archive's files may have been packed again: their digests are those of its own bytes.
 *
 * @example
 * allen({ caches: ["file:///data/ecephys-cache/"], remote: dandiRemote({ http: new JsonHttp() }) });
 */
export function dandiRemote(options: DandiOptions): AllenRemote {
  const hosts = [...placesOf(options.url ?? DANDI_URL), BLOBS_URL];
  return { hasTables: false, hosts, open: () => new DandiSource(options) };
}

/** Assets by session and by probe. */
interface AssetIndex {
  readonly sessions: ReadonlyMap<string, Asset>;
  readonly probes: ReadonlyMap<string, { readonly session: string; readonly asset: Asset }>;
}

class DandiSource implements ReleaseSource {
  readonly title = "DANDI archive";
  readonly url: string;
  readonly tables = undefined;
  readonly #notices = new NoticeCounter();
  readonly #service: WebService;
  readonly #options: DandiOptions;
  readonly #index: SharedRead<AssetIndex>;

  constructor(options: DandiOptions) {
    this.#options = options;
    this.url = toServiceUrl(options.url ?? DANDI_URL);
    this.#service = new WebService(options);
    this.#index = new SharedRead((inner) => this.#readIndex(inner));
  }

  get notices(): readonly Notice[] {
    return this.#notices.list();
  }

  /** Those with LFP files: the archive lists no others. */
  async probesOf(session: string, options: CallOptions): Promise<readonly string[] | undefined> {
    const { sessions, probes } = await this.#index.read(options);
    const found = [...probes].filter(([, each]) => each.session === session).map(([probe]) => probe);
    return found.length === 0 && !sessions.has(session) ? undefined : found;
  }

  async sessionOf(probe: string, options: CallOptions): Promise<string | undefined> {
    return (await this.#index.read(options)).probes.get(probe)?.session;
  }

  async find(file: SessionCacheFile, options: CallOptions): Promise<FoundFile | undefined> {
    const { sessions, probes } = await this.#index.read(options);
    if (file.kind === "session-metrics") return undefined;
    const isSession = file.kind === "session-nwb";
    const asset = isSession ? sessions.get(String(file.session)) : probes.get(String(file.probe))?.asset;
    const what = isSession ? `NWB file of session ${file.session}` : `LFP file of probe ${file.probe}`;
    return asset === undefined ? absentFile(`the DANDI archive has no ${what}`) : this.#toFound(asset);
  }

  async templates(): Promise<readonly FoundTemplate[]> {
    return [];
  }

  /** The address is made of the API's own and the asset's id: what answers name is not followed. */
  #toFound({ asset_id, size, metadata }: Asset): FoundFile {
    const sha256 = metadata?.digest?.["dandi:sha2-256"];
    const isDigest = typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256);
    const digests: FileDigest[] = isDigest ? [{ kind: "sha256", value: sha256.toLowerCase() }] : [];
    return { id: asset_id, urls: [`${this.url}assets/${asset_id}/download/`], absent: null, size, digests };
  }

  async #readIndex(options: CallOptions): Promise<AssetIndex> {
    const sessions = new Map<string, Asset>();
    const probes = new Map<string, { readonly session: string; readonly asset: Asset }>();
    let unknown = 0;
    for (const dandiset of this.#options.dandisets ?? DANDISETS) {
      for (const asset of await this.#assets(dandiset, options)) {
        const { session, probe } = placeOf(asset.path);
        if (session === undefined) unknown++;
        else if (probe === undefined) setOnce(sessions, session, asset, asset.path);
        else setOnce(probes, probe, { session, asset }, asset.path);
      }
    }
    const message = "Assets of the archive that are neither a session nor an LFP file are left out.";
    this.#notices.add("assets-unknown", this.url, message, unknown);
    return { sessions, probes };
  }

  async #assets(dandiset: string, options: CallOptions): Promise<readonly Asset[]> {
    const assets = new Map<string, Asset>();
    const { version = "draft" } = this.#options;
    const place = `${this.url}dandisets/${encodeURIComponent(dandiset)}/versions/${encodeURIComponent(version)}/assets/`;
    for (let page = 1, seen = 0; ; page++) {
      const url = `${place}?metadata=true&order=path&page=${page}&page_size=${PAGE_SIZE}`;
      const { count, results } = checkShape((await this.#service.json(url, options)).value, pageSchema, url);
      for (const asset of results) assets.set(asset.asset_id, asset);
      seen += results.length;
      if (seen >= count) return [...assets.values()];
      if (results.length === 0) {
        throw new SchemaError(`${url} has no assets, and ${count - seen} of ${count} are still to come.`, { url });
      }
    }
  }
}

/** Source: names of the archive: `sub-<donor>/sub-<donor>_ses-<session>[_probe-<probe>_ecephys].nwb`. */
function placeOf(path: string): { readonly session?: string | undefined; readonly probe?: string | undefined } {
  const match = /^sub-[^/_]+\/sub-[^/_]+_ses-(\d+)(?:_probe-(\d+)_ecephys)?\.nwb$/.exec(path);
  return { session: match?.[1], probe: match?.[2] };
}

function setOnce<Value>(map: Map<string, Value>, key: string, value: Value, path: string): void {
  if (map.has(key)) {
    throw new SchemaError(`The DANDI archive has two files of ${key}; one of them is ${path}.`, {
      hint: "Ask for a published version: the draft may be under change.",
    });
  }
  map.set(key, value);
}
