import { SchemaError } from "@crossprobe/core";
import { z } from "zod";
import { MANIFEST_VERSION } from "./manifest-entries.js";

const versionSchema = z.looseObject({ value: z.string() });

/**
 * The version that a manifest states.
 *
 * @param expected the version that is asked for
 * @throws {@link SchemaError} for another one, saying whether it is older or newer and what to do
 */
export function checkVersion(entries: readonly { readonly type: string }[], url: string, expected: string): string {
  const stated = versionSchema.safeParse(entries.find(({ type }) => type === "manifest_version"));
  const found = stated.success ? stated.data.value : undefined;
  if (found === expected) return found;
  const what = found === undefined ? "states no version" : `is of version ${found}`;
  throw new SchemaError(`The manifest ${url} ${what}; version ${expected} is expected.`, {
    url,
    hint: adviceOn(found, expected),
  });
}

/** Source: AllenSDK advises to remove the file, which is then written again, and warns that data may have been replaced. */
function adviceOn(found: string | undefined, expected: string): string {
  const cause = `${causeOf(found, expected)}, or is no manifest of a Visual Coding project cache`;
  if (expected !== MANIFEST_VERSION)
    return `${cause}. Leave the expected version out to read version ${MANIFEST_VERSION}.`;
  return `${cause}. If the tables beside it have the default names, remove the manifest and they are found without it; newer files may replace those that you have.`;
}

function causeOf(found: string | undefined, expected: string): string {
  const order = found === undefined ? undefined : compareVersions(found, expected);
  if (order === undefined) return "It does not say what it was made by";
  return order < 0 ? "It was made by an older AllenSDK" : "It was made by a newer AllenSDK";
}

/** Part by part, as numbers: AllenSDK compares plain strings, by which 0.10.0 is older than 0.3.0. `undefined` for what are no numbers. */
function compareVersions(a: string, b: string): number | undefined {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  if (left === undefined || right === undefined || [...left, ...right].some(Number.isNaN)) return undefined;
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
