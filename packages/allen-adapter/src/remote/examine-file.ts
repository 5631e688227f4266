import { type ByteStore, type CallOptions, FormatError, NotFoundError } from "@crossprobe/core";
import { readNpyHeader } from "@crossprobe/formats/npy";
import { readMetricsTable } from "../cache/disk-table.js";
import { openReleaseFile } from "../session-file.js";

const CACHE_BYTES = 2 ** 20;

/**
 * Opens a file of a project cache as its reader does, by the name it has: NWB files to their identifier, metrics whole, templates to their
 * first bytes.
 *
 * @throws {@link FormatError} or {@link SchemaError} for a file that cannot be read, or is another than its name says
 */
export async function examineFile(folder: ByteStore, path: string, options: CallOptions = {}): Promise<void> {
  const session = /session_(\d+)\.nwb$/.exec(path)?.[1];
  const probe = /probe_(\d+)_lfp\.nwb$/.exec(path)?.[1];
  if (session !== undefined || probe !== undefined) {
    const kind = session === undefined ? "LFP" : "session";
    const wanted = { kind, id: session ?? probe, cacheBytes: CACHE_BYTES } as const;
    await (await openReleaseFile(folder, path, wanted, options)).file.close();
  } else if (path.endsWith("_analysis_metrics.csv")) {
    found(await readMetricsTable(folder, path, options), folder, path);
  } else if (path.endsWith(".h5")) {
    found(await readNpyHeader(folder, path, options), folder, path);
  } else {
    await checkTiff(folder, path, options);
  }
}

async function checkTiff(folder: ByteStore, path: string, options: CallOptions): Promise<void> {
  const start = found(await folder.read(path, { ...options, range: { offset: 0, length: 4 } }), folder, path);
  const mark = String.fromCharCode(...start);
  if (mark === "II*\0" || mark === "MM\0*") return;
  const url = folder.url + path;
  throw new FormatError(`${url} is no TIFF image.`, { format: "tiff", url, hint: "See what came in its place." });
}

function found<Value>(value: Value | undefined, folder: ByteStore, path: string): Value {
  if (value !== undefined) return value;
  throw new NotFoundError(`There is no ${path} in ${folder.url}.`, { hint: "Download it." });
}
