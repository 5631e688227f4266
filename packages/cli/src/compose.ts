import { existsSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { type AllenRemote, bucketRemote, dandiRemote, warehouseRemote } from "@crossprobe/allen-adapter/remote";
import { ConfigError, createHub, type Hub, NotFoundError, type StoreResolver } from "@crossprobe/core";
import { hasWholeStructure } from "@crossprobe/formats/structure";
import { ibl } from "@crossprobe/ibl-adapter";
import { AlyxClient, alyxFromEnvironment } from "@crossprobe/ibl-adapter/alyx";
import { createDownloader, createStores, JsonHttp } from "@crossprobe/storage/node";
import { isUrl, type Sources } from "./config.js";

/** Everything that is chosen, in one place: stores and adapters. A dataset without sources is not registered. */
export function compose(sources: Sources, environment: NodeJS.ProcessEnv = process.env): Hub {
  const urls = sourceUrls(sources);
  const dataServer = environment.HTTP_DATA_SERVER || undefined;
  const alyx = alyxOf(environment);
  const adapters = [
    urls.ibl.length > 0 ? ibl({ sources: urls.ibl, lfp: sources.iblLfp, alyx, dataServer }) : null,
    allenOf(urls.allen, sources, environment),
  ];
  return createHub({
    stores: openStores(environment),
    adapters: adapters.filter((adapter) => adapter !== null),
    downloader: createDownloader({
      authorize: (url) => authorizationFor(url, environment),
      examine: hasWholeStructure,
    }),
  });
}

/** Every store that the command reads from. `CROSSPROBE_CACHE_DIR` names a folder that keeps what came over a network. */
export function openStores(environment: NodeJS.ProcessEnv = process.env): StoreResolver {
  return createStores({ cacheDir: environment.CROSSPROBE_CACHE_DIR || undefined });
}

/** The place may be chosen, and its address given, by ALLEN_REMOTE and ALLEN_REMOTE_URL too. */
function allenOf(caches: readonly string[], sources: Sources, environment: NodeJS.ProcessEnv) {
  const { ALLEN_REMOTE: chosen, ALLEN_REMOTE_URL: url } = environment;
  const name = chosen || sources.allenRemote;
  if (caches.length === 0 && name === undefined) return null;
  const remoteOf = ALLEN_REMOTES[name ?? "warehouse"];
  if (remoteOf === undefined) {
    throw new ConfigError(`ALLEN_REMOTE is ${JSON.stringify(name)}`, { hint: "write warehouse, s3 or dandi" });
  }
  const remote = remoteOf({ http: new JsonHttp(), url: url || undefined });
  const digests = sources.allenDigests === "dandi" ? dandiRemote({ http: new JsonHttp() }) : undefined;
  return allen({ caches, analysisMetrics: sources.allenMetrics, remote, digests });
}

const ALLEN_REMOTES: Readonly<Record<string, (options: { http: JsonHttp; url: string | undefined }) => AllenRemote>> = {
  warehouse: warehouseRemote,
  s3: bucketRemote,
  dandi: dandiRemote,
};

function alyxOf(environment: NodeJS.ProcessEnv): AlyxClient | undefined {
  const { url, credentials } = alyxFromEnvironment(environment);
  return url === undefined ? undefined : new AlyxClient({ url, credentials, http: new JsonHttp() });
}

/**
 * The account of the data server, for addresses below it and no others; over plain http on this machine only.
 *
 * Source: ONE-api's parameters of the same names.
 */
function authorizationFor(url: URL, environment: NodeJS.ProcessEnv): string | undefined {
  const { HTTP_DATA_SERVER: server, HTTP_DATA_SERVER_LOGIN: login, HTTP_DATA_SERVER_PWD: password } = environment;
  if (!server || !login || !password) return undefined;
  const isReadable = url.protocol !== "https:" && !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (isReadable || !url.href.startsWith(server.replace(/\/*$/, "/"))) return undefined;
  return `Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`;
}

/** URLs of a dataset's sources, checked as for its adapter. */
export function sourceUrls(sources: Sources): { readonly ibl: readonly string[]; readonly allen: readonly string[] } {
  return { ibl: sources.ibl.map(toIblUrl), allen: sources.allen.map(toAllenUrl) };
}

function toIblUrl(path: string): string {
  const url = toUrl(path);
  if (isUrl(path) || url.endsWith("/") || /\.(h5|hdf5|csv)$/i.test(path)) return url;
  throw noSource(path, "IBL", "a ONE folder, an LFPack .h5 or a release .csv");
}

function toAllenUrl(path: string): string {
  const url = toUrl(path);
  if (isUrl(path) || url.endsWith("/")) return url;
  throw noSource(path, "Allen", "the folder of an EcephysProjectCache");
}

function noSource(path: string, dataset: string, wanted: string): ConfigError {
  return new ConfigError(`${path} is no ${dataset} source: that would be ${wanted}`, {
    hint: `see what the file is with crossprobe inspect ${path}`,
  });
}

/** A path as a file: URL (a folder's ends in `/`). @throws {@link NotFoundError} when there is nothing at the path */
export function toUrl(path: string): string {
  if (isUrl(path)) return path;
  if (!existsSync(path))
    throw new NotFoundError(`no file or folder at ${path}`, { hint: "check the path of the source" });
  const url = pathToFileURL(path).href;
  return statSync(path).isDirectory() && !url.endsWith("/") ? `${url}/` : url;
}
