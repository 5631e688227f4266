import { ask, NotFoundError, type Question, UnsupportedError } from "@crossprobe/core";
import { withLocalPaths } from "../output/local-paths.js";
import type { CatalogueContext } from "./open-catalogue.js";

/**
 * A listing without a row is an answer; a table without one is none.
 *
 * @throws {@link UnsupportedError} where no source has a row of the kind, with what the datasets say about it
 */
export function requireRows({ catalogue, origin }: CatalogueContext, { kind }: Question): void {
  if (catalogue.rowCount(kind) > 0) return;
  const reasons = catalogue.datasets().flatMap(({ id, notices }) => {
    const own = notices.filter(({ code }) => code.includes(kind));
    return own.map(({ message, count }) => `${id}: ${message} (${count})`);
  });
  throw new UnsupportedError(
    withLocalPaths(`there are no ${kind} in these sources (${origin}): ${reasons.join("; ") || "nothing says why"}`),
    { hint: "add a source that holds them" },
  );
}

/**
 * A session or probe that is named must be there: a slip of the pen would else look like an empty answer.
 *
 * @throws {@link NotFoundError} naming the first that is not
 */
export async function requireNamed({ catalogue, origin, io }: CatalogueContext, { where }: Question): Promise<void> {
  for (const kind of ["sessions", "probes"] as const) {
    const column = kind.slice(0, -1);
    const named = where.flatMap((one) => ("oneOf" in one && one.column === column ? one.oneOf : []));
    if (named.length === 0) continue;
    const asked = ask(kind).with(column, named).select(column).question;
    const found = new Set<unknown>();
    for await (const row of (await catalogue.answer(asked, { signal: io.signal })).rows()) found.add(row[column]);
    const missing = named.find((ref) => !found.has(ref));
    if (missing === undefined) continue;
    throw new NotFoundError(withLocalPaths(`there is no ${column} ${missing} in these sources (${origin})`), {
      hint: `list them with crossprobe query ${kind}`,
    });
  }
}
