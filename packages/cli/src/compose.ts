import { existsSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { createHub, type Hub, NotFoundError } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores } from "@crossprobe/storage/node";
import { isUrl, type Sources } from "./config.js";

/** Everything that is chosen, in one place: stores and adapters. A dataset without sources is not registered. */
export function compose(sources: Sources): Hub {
  const adapters = [
    sources.ibl.length > 0 ? ibl({ sources: sources.ibl.map(toUrl) }) : null,
    sources.allen.length > 0 ? allen({ caches: sources.allen.map(toUrl) }) : null,
  ];
  return createHub({ stores: createStores(), adapters: adapters.filter((adapter) => adapter !== null) });
}

/** A path as a file: URL (a folder's ends in `/`). @throws {@link NotFoundError} when there is nothing at the path */
export function toUrl(path: string): string {
  if (isUrl(path)) return path;
  if (!existsSync(path))
    throw new NotFoundError(`no file or folder at ${path}`, { hint: "check the path of the source" });
  const url = pathToFileURL(path).href;
  return statSync(path).isDirectory() && !url.endsWith("/") ? `${url}/` : url;
}
