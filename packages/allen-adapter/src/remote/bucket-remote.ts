import {
  type AdapterDeps,
  type ByteStore,
  type CallOptions,
  FormatError,
  isDataError,
  SharedRead,
} from "@crossprobe/core";
import { type CacheFile, cacheFileKey } from "../cache/cache-files.js";
import { defaultManifest, type Manifest } from "../cache/manifest.js";
import { readTable } from "../tables.js";
import {
  type AllenRemote,
  absentFile,
  type FoundFile,
  type FoundTemplate,
  placesOf,
  type ReleaseSource,
  type SessionCacheFile,
} from "./release-source.js";
import { toServiceUrl, WebService, type WebServiceOptions } from "./web-service.js";

/** The public bucket. Source: the registry of open data on AWS; region us-west-2, no account needed. */
export const BUCKET_URL = "https://allen-brain-observatory.s3.us-west-2.amazonaws.com/";
/** Folder of the project cache in the bucket. */
export const BUCKET_PREFIX = "visual-coding-neuropixels/ecephys-cache/";

export interface BucketOptions extends WebServiceOptions {
  /** The bucket (default: the public one). */
  readonly url?: string | undefined;
  /** Where in it the project cache lies, with a `/` at the end (default `visual-coding-neuropixels/ecephys-cache/`). */
  readonly prefix?: string | undefined;
}

/** Source: the release's templates. */
const MOVIES: readonly number[] = [1, 3];
const SCENE_COUNT = 118;

/**
 * Files from the public bucket, which holds a filled project cache: names are those of the cache. Sizes come from its listing; where
 * it does not let itself be listed, they are asked for file by file when the download is planned.
 *
 * @example
 * allen({ caches: [], remote: bucketRemote({ http: new JsonHttp() }) });
 */
export function bucketRemote(options: BucketOptions): AllenRemote {
  const hosts = [...placesOf(options.url ?? BUCKET_URL), "s3://allen-brain-observatory"];
  return { hasTables: true, hosts, open: (deps) => new BucketSource(deps, options) };
}

/** What a listing says of an object. */
interface ListedObject {
  readonly size: number;
  readonly etag: string | null;
}

class BucketSource implements ReleaseSource {
  readonly title = "public S3 bucket";
  readonly url: string;
  readonly tables: ByteStore;
  readonly notices = [];
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #service: WebService;
  readonly #manifest: Manifest;
  readonly #probes: SharedRead<ReadonlyMap<string, string>>;
  readonly #listings = new Map<string, SharedRead<ReadonlyMap<string, ListedObject> | undefined>>();

  constructor({ stores }: AdapterDeps, { url = BUCKET_URL, prefix = BUCKET_PREFIX, ...service }: BucketOptions) {
    this.#bucket = toServiceUrl(url);
    this.#prefix = prefix;
    this.url = this.#bucket + prefix;
    this.tables = stores.open(this.url);
    this.#service = new WebService(service);
    this.#manifest = defaultManifest(this.url);
    this.#probes = new SharedRead((options) => this.#readProbes(options));
  }

  async probesOf(session: string, options: CallOptions): Promise<readonly string[] | undefined> {
    const probes = [...(await this.#probes.read(options))].filter(([, owner]) => owner === session);
    return probes.length === 0 ? undefined : probes.map(([probe]) => probe);
  }

  async sessionOf(probe: string, options: CallOptions): Promise<string | undefined> {
    return (await this.#probes.read(options)).get(probe);
  }

  async find(file: SessionCacheFile, options: CallOptions): Promise<FoundFile> {
    return this.#object(cacheFileKey(this.#manifest, file), options);
  }

  async templates(options: CallOptions): Promise<readonly FoundTemplate[]> {
    const scenes = Array.from({ length: SCENE_COUNT }, (_, number) => ({ kind: "natural-scene" as const, number }));
    const files = [...MOVIES.map((number) => ({ kind: "natural-movie" as const, number })), ...scenes];
    const found: FoundTemplate[] = [];
    for (const file of files) {
      found.push({ ...(await this.#object(cacheFileKey(this.#manifest, file satisfies CacheFile), options)), file });
    }
    return found;
  }

  async #object(key: string, options: CallOptions): Promise<FoundFile> {
    const folder = key.slice(0, key.lastIndexOf("/") + 1);
    const listing = await this.#listing(folder, options);
    const listed = listing?.get(this.#prefix + key);
    if (listing !== undefined && listed === undefined) return absentFile(`the bucket has no ${this.#prefix}${key}`);
    const url = this.url + key.split("/").map(encodeURIComponent).join("/");
    const digests = listed?.etag == null ? [] : [{ kind: "etag" as const, value: listed.etag }];
    return { id: null, urls: [url], absent: null, size: listed?.size ?? null, digests };
  }

  /** Objects of a folder by key; `undefined` where the bucket does not let itself be listed. */
  #listing(folder: string, options: CallOptions): Promise<ReadonlyMap<string, ListedObject> | undefined> {
    const known = this.#listings.get(folder);
    const listing = known ?? new SharedRead((inner) => this.#list(this.#prefix + folder, inner));
    this.#listings.set(folder, listing);
    return listing.read(options);
  }

  /** Source: S3's ListObjectsV2. */
  async #list(prefix: string, options: CallOptions): Promise<ReadonlyMap<string, ListedObject> | undefined> {
    const objects = new Map<string, ListedObject>();
    let token: string | undefined;
    do {
      const more = token === undefined ? "" : `&continuation-token=${encodeURIComponent(token)}`;
      const url = `${this.#bucket}?list-type=2&prefix=${encodeURIComponent(prefix)}${more}`;
      const text = await this.#listingText(url, options);
      if (text === undefined) return undefined;
      token = readListing(text, url, objects);
    } while (token !== undefined);
    return objects;
  }

  async #listingText(url: string, options: CallOptions): Promise<string | undefined> {
    try {
      return await this.#service.text(url, options);
    } catch (error) {
      if (isDataError(error, "store") && (error.status === 403 || error.status === 405)) return undefined;
      throw error;
    }
  }

  /** Sessions by probe. */
  async #readProbes(options: CallOptions): Promise<ReadonlyMap<string, string>> {
    const table = await readTable(this.tables, this.#manifest.keyOf("probes"), "probes", options);
    const cells = table?.cells;
    return new Map([...(table?.rowOf ?? [])].map(([id, row]) => [id, cells?.id("ecephys_session_id", row) ?? ""]));
  }
}

/** Adds the objects of one page and gives the token of the next. @throws {@link FormatError} for what is no listing */
function readListing(text: string, url: string, objects: Map<string, ListedObject>): string | undefined {
  if (!/<ListBucketResult[\s>]/.test(text) || !text.trimEnd().endsWith("</ListBucketResult>")) {
    throw new FormatError(`${url} answered with something else than a listing of the bucket.`, {
      ...{ format: "xml", url },
      hint: "Check the bucket's address; a proxy may have answered in its place.",
    });
  }
  for (const [, content = ""] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = elementOf(content, "Key");
    const size = Number(elementOf(content, "Size") ?? Number.NaN);
    if (key !== undefined && Number.isSafeInteger(size))
      objects.set(key, { size, etag: elementOf(content, "ETag") ?? null });
  }
  return elementOf(text, "IsTruncated") === "true" ? elementOf(text, "NextContinuationToken") : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  "#34": '"',
  "#39": "'",
};

function elementOf(xml: string, name: string): string | undefined {
  const inner = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return inner?.replace(/&(\w+|#\d+);/g, (all, entity: string) => ENTITIES[entity] ?? all);
}
