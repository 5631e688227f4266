import { type Question, UnsupportedError } from "@crossprobe/core";
import { withLocalPaths } from "../output/local-paths.js";
import type { CatalogueContext } from "./open-catalogue.js";

/**
 * A listing without a row is an answer; a table without one is none.
 *
 * @throws {@link UnsupportedError} where no source has a row of the kind, with what the datasets say about it
 */
export function requireRows({ catalogue, origin }: CatalogueContext, { kind }: Question): void {
  if (catalogue.rowCount(kind) > 0) return;
  const reasons = catalogue.datasets().flatMap(({ id, notices }) => notices.map(({ message }) => `${id}: ${message}`));
  throw new UnsupportedError(
    withLocalPaths(`there are no ${kind} in ${origin}: ${reasons.join("; ") || "nothing says why"}`),
    {
      hint: "add a source that holds them",
    },
  );
}
