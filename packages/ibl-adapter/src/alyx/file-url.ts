import type { AlyxDataset } from "./records.js";

/**
 * A stored data address as one that can be asked for: each part percent-encoded once, `#2024-05-06#` as `%232024-05-06%23`. An address that
 * is encoded already stays as it is.
 *
 * Source: Alyx stores addresses with a bare `#`, which would begin a fragment.
 */
export function encodeDataUrl(stored: string): string {
  const match = /^(https?:\/\/[^/]+\/)(.*)$/s.exec(stored);
  if (match === null) return stored;
  const [, host = "", path = ""] = match;
  return host + path.split("/").map(encodeOnce).join("/");
}

function encodeOnce(part: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(part));
  } catch {
    return encodeURIComponent(part);
  }
}

/** A path with the dataset's id before the last extension, as data servers name files: `spikes.times.<id>.npy`. */
export function withDatasetId(path: string, id: string): string {
  const dot = path.lastIndexOf(".");
  return dot <= path.lastIndexOf("/") ? `${path}.${id}` : `${path.slice(0, dot)}.${id}${path.slice(dot)}`;
}

/**
 * Where a dataset's file can be fetched over http(s), ready to be asked for.
 *
 * Absent: `undefined` when no copy that exists has an address, or none below `server` where one is given.
 *
 * @param server only copies below this address, such as `https://ibl.flatironinstitute.org/public`
 */
export function dataUrl(dataset: AlyxDataset, server?: string): string | undefined {
  const base = server === undefined || server.endsWith("/") ? server : `${server}/`;
  const urls = dataset.copies.flatMap((copy) => (copy.exists && copy.dataUrl !== null ? [copy.dataUrl] : []));
  const found = urls.find((url) => base === undefined || url.startsWith(base));
  return found === undefined ? undefined : encodeDataUrl(found);
}

/**
 * Key of a dataset's file in the bucket of its first AWS repository: `data/<lab>/Subjects/…/spikes.times.<id>.npy`.
 *
 * Absent: `undefined` when no AWS repository has it.
 */
export function bucketKey(dataset: AlyxDataset): string | undefined {
  const copy = dataset.copies.find(({ repository, exists }) => exists && repository.startsWith("aws"));
  if (copy === undefined) return undefined;
  const folder = (copy.repositoryPath ?? "").replace(/^\/+/, "").replace(/\/*$/, "/").replace(/^\/$/, "");
  return folder + withDatasetId(copy.path, dataset.id);
}
