import { type ByteStore, type CallOptions, UnsupportedError } from "@crossprobe/core";
import type { Finding } from "./inspect-file.js";

/** Keys whose presence tells what a folder is, and how to use it. */
const MARKS: readonly { readonly key: string; readonly kind: string; readonly use: string }[] = [
  { key: "manifest.json", kind: "an Allen EcephysProjectCache", use: "--allen" },
  { key: "sessions.csv", kind: "an Allen EcephysProjectCache without its manifest", use: "--allen" },
  { key: "sessions.pqt", kind: "a ONE cache with its tables", use: "--ibl" },
];
const MOST_KEYS = 20_000;

/** What a folder of files is. Looks at names only. */
export async function inspectFolder(store: ByteStore, options?: CallOptions): Promise<Finding> {
  if (store.list === undefined) {
    throw new UnsupportedError(`${store.url} cannot be listed`, { hint: "give a file instead" });
  }
  const extensions = new Map<string, number>();
  const sessions = new Set<string>();
  const marks = new Set<string>();
  let files = 0;
  for await (const key of store.list("", options)) {
    if (++files > MOST_KEYS) break;
    const extension = /\.[^./]+$/.exec(key)?.[0] ?? "(none)";
    extensions.set(extension, (extensions.get(extension) ?? 0) + 1);
    const session = /(?:^|\/)([^/]+\/\d{4}-\d{2}-\d{2}\/\d{1,3})\//.exec(key)?.[1];
    if (session !== undefined) sessions.add(session);
    if (!key.includes("/")) marks.add(key);
  }
  const mark = MARKS.find(({ key }) => marks.has(key));
  const isOne = mark === undefined && sessions.size > 0;
  const use = mark?.use ?? (isOne ? "--ibl" : undefined);
  return {
    kind:
      mark?.kind ?? (isOne ? "a ONE cache without tables" : "a folder that is no ONE cache and no EcephysProjectCache"),
    ...{
      format: "folder",
      notices: [],
      problems: files > MOST_KEYS ? [`only the first ${MOST_KEYS} files were looked at`] : [],
    },
    facts: [
      { name: "files", value: String(Math.min(files, MOST_KEYS)) },
      ...(sessions.size > 0 ? [{ name: "session folders", value: String(sessions.size) }] : []),
      ...(use === undefined ? [] : [{ name: "use it as", value: `crossprobe sessions ${use} <this folder>` }]),
    ],
    sections: [
      {
        ...{ title: "files by extension", columns: ["extension", "files"] },
        rows: [...extensions].sort((a, b) => b[1] - a[1]).map(([extension, count]) => [extension, String(count)]),
      },
    ],
  };
}
