import type { FileSelection, Modality } from "@crossprobe/core";
import type { CacheFile } from "../cache/cache-files.js";

/** What a file describes, as `object` of a selection names it. */
export const OBJECTS = {
  "session-nwb": "session",
  "lfp-nwb": "lfp",
  "session-metrics": "metrics",
  "natural-movie": "template",
  "natural-scene": "template",
} as const satisfies Partial<Record<CacheFile["kind"], string>>;

export type ListedKind = keyof typeof OBJECTS;

/** Files that the adapter reads for a modality; channels are read from the tables alone. */
const KINDS: Readonly<Record<Modality, ListedKind | undefined>> = {
  ...{ channels: undefined, units: "session-nwb", spikes: "session-nwb", waveforms: "session-nwb" },
  ...{ events: "session-nwb", movement: "session-nwb", lfp: "lfp-nwb" },
};

/** Whether a selection asks for files of a kind at all, before anybody is asked where they are. */
export function isKindAsked({ object, extension, modality }: FileSelection, kind: ListedKind): boolean {
  if (modality !== undefined && KINDS[modality] !== kind) return false;
  if (!isMatch(object, OBJECTS[kind])) return false;
  const ending = { "natural-movie": "h5", "natural-scene": "tiff", "session-metrics": "csv" }[kind as string] ?? "nwb";
  return isMatch(extension, ending);
}

/** Whether a selection asks for a file by its place: folder and name. */
export function isPlaceAsked({ collection, name }: FileSelection, path: string): boolean {
  const cut = path.lastIndexOf("/");
  return isMatch(collection, path.slice(0, Math.max(0, cut))) && isMatch(name, path.slice(cut + 1));
}

/** Whether a text is meant by patterns of a shell, any of several; true where none is given. */
function isMatch(patterns: string | readonly string[] | undefined, text: string): boolean {
  return patterns === undefined || [patterns].flat().some((pattern) => toRegExp(pattern).test(text));
}

function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g, (part, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replace(/[\\^\]]/g, "\\$&")}]`;
    if (part === "*") return ".*";
    return part === "?" ? "." : `\\${part}`;
  });
  return new RegExp(`^(?:${source})$`, "s");
}
