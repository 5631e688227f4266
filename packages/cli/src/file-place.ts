import { type ByteStore, QueryError, type StoreResolver } from "@crossprobe/core";

/** Where the bytes of one file are: a store, and the file's key in it. */
export interface FilePlace {
  readonly store: ByteStore;
  readonly key: string;
}

/**
 * The place that the URL of a file leads to.
 *
 * @throws {@link QueryError} for an address with a query or fragment, neither of which it repeats since they may be a signature
 */
export function openFilePlace(url: string, stores: StoreResolver): FilePlace {
  const plain = url.replace(/[?#].*$/s, "");
  if (plain !== url) {
    throw new QueryError(`${plain} was given with a query or a fragment, with which no file is read`, {
      hint: "give the address alone, or fetch it with crossprobe download",
    });
  }
  const cut = url.lastIndexOf("/") + 1;
  return { store: stores.open(url.slice(0, cut)), key: decoded(url.slice(cut), url) };
}

function decoded(name: string, url: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new QueryError(`${url} is no address: a % stands for itself`, { hint: "write %25 for %" });
  }
}
