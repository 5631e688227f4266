import { ConfigError } from "@crossprobe/core";

/** What a URL given as a source points at. */
export type SourceKind = "folder" | "archive" | "release";

/** A source taken apart: which store to open, and which key in it. */
export interface Source {
  readonly kind: SourceKind;
  /** As it was given. */
  readonly url: string;
  /** Directory for the store. */
  readonly directory: string;
  /** File inside it; `""` for a folder. */
  readonly key: string;
}

/**
 * Tells by its ending what a source is: `.h5` or `.hdf5` an LFPack archive, `.csv` a release table, anything else a ONE cache folder.
 *
 * @throws {@link ConfigError} when it is no absolute URL
 */
export function toSource(url: string): Source {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new ConfigError(`${JSON.stringify(url)} is no absolute URL`, {
      cause,
      hint: "write file:///… for a local path",
    });
  }
  const ending = /\.(h5|hdf5|csv)$/i.exec(parsed.pathname)?.[1]?.toLowerCase();
  if (ending === undefined) return { kind: "folder", url, directory: url.endsWith("/") ? url : `${url}/`, key: "" };
  const bare = url.replace(/[?#].*$/, "");
  const cut = bare.lastIndexOf("/") + 1;
  const key = decodeURIComponent(bare.slice(cut));
  return { kind: ending === "csv" ? "release" : "archive", url, directory: bare.slice(0, cut), key };
}
