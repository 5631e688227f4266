import { QueryError } from "@crossprobe/core";
import { type AlfName, parseAlfName } from "./alf-name.js";

/** Parts of a file name to make; a list is joined by the sign that its part uses. */
export interface AlfNameParts {
  readonly namespace?: string | null | undefined;
  readonly object: string;
  readonly attribute: string;
  readonly timescale?: string | readonly string[] | null | undefined;
  readonly extra?: string | readonly string[] | null | undefined;
  /** With or without its dot. */
  readonly extension: string;
}

/**
 * The file name of some parts, letter by letter: what was parsed comes back as it was.
 *
 * A name outside the convention (`_obj.attr.npy`, which parses as namespace `ob`) does not come back; every released name does.
 */
export function formatAlfName(name: AlfName): string {
  const object = `${name.namespace === null ? "" : `_${name.namespace}_`}${name.object}`;
  const attribute = `${name.attribute}${name.timescale === null ? "" : `_${name.timescale}`}`;
  return [object, attribute, ...(name.extra === null ? [] : [name.extra]), name.extension].join(".");
}

/**
 * A new file name in the spelling that the convention asks for: parts in camel case (`motion_energy` → `motionEnergy`, `ROI map`
 * → `ROIMap`), `_times`, `_timestamps` and `_intervals` kept.
 *
 * Not for a name that exists: `ccf_2017` becomes `ccf2017`, `ROIMotionEnergy` `rOIMotionEnergy`; use {@link formatAlfName}.
 *
 * Source: `one.alf.spec.to_alf` (ONE-api 3.6). There an empty attribute or `_times` alone gives a name that does not parse; here
 * they are refused.
 *
 * @throws {@link QueryError} for a part that is empty, holds a dot, or an underscore where it would be read as another part
 */
export function toAlfName(parts: AlfNameParts): string {
  const extension = parts.extension.replace(/^\./, "");
  const namespace = parts.namespace ?? "";
  const timescale = listOf(parts.timescale);
  for (const [part, text] of Object.entries({ object: parts.object, attribute: parts.attribute, extension })) {
    if (text === "") throw refused(part, text, "it must not be empty");
  }
  for (const text of [parts.object, parts.attribute, namespace, extension, ...timescale]) {
    if (text.includes(".")) throw refused("part", text, "it must not hold a dot");
  }
  if (namespace.includes("_")) throw refused("namespace", namespace, "it must not hold an underscore");
  if (parts.object.startsWith("_")) throw refused("object", parts.object, "give the namespace on its own");
  const [, stem = "", kind = ""] = /^(.*?)(_times|_timestamps|_intervals)?$/u.exec(parts.attribute) ?? [];
  const clock = timescale.map(toCamelCase).join("_");
  const name = [
    (namespace === "" ? "" : `_${namespace}_`) + toCamelCase(parts.object),
    toCamelCase(stem) + kind + (clock === "" ? "" : `_${clock}`),
    ...listOf(parts.extra),
    extension,
  ].join(".");
  if (parseAlfName(name) === undefined) throw refused("name", name, "it would not be read back");
  return name;
}

function refused(part: string, text: string, why: string): QueryError {
  return new QueryError(`${part} ${JSON.stringify(text)} is no part of an ALF name: ${why}`, {
    hint: "an ALF name is [_namespace_]object.attribute[_timescale][.extra].extension",
  });
}

function listOf(part: string | readonly string[] | null | undefined): readonly string[] {
  const parts = typeof part === "string" ? [part] : (part ?? []);
  return parts.filter((text) => text !== "");
}

/** Source: `one.alf.spec._dromedary`; words all in capitals (`ROI`, `ROIs`) stay. */
function toCamelCase(text: string): string {
  const [first = "", ...others] = text.split(/[_\s]/u);
  if (others.length === 0) return first.slice(0, 1).toLowerCase() + first.slice(1);
  const isAcronym = (word: string): boolean => /^[A-Z]+s?$/.test(word);
  const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
  return [
    isAcronym(first) ? first : first.toLowerCase(),
    ...others.map((word) => (isAcronym(word) ? word : capitalized(word))),
  ].join("");
}

/** A part of a name as words: `someROIDataset` → `some ROI dataset`. Source: `one.alf.spec.readableALF`. */
export function toReadableName(part: string): string {
  const starts = [...part.matchAll(/[A-Z](?=[a-rt-z0-9])|(?<=[a-z0-9])[A-Z]/g)].map(({ index }) => index);
  const edges = [...starts, part.length];
  const words = edges.map((edge, i) => part.slice(i === 0 ? 0 : edges[i - 1], edge)).filter((word) => word !== "");
  return words.map((word) => (/^[A-Z]+s?$/.test(word) ? word : word.toLowerCase())).join(" ");
}
