import { QueryError } from "@crossprobe/core";
import { type AlfFile, collectionsOf } from "../alf-file.js";

/**
 * The only folder of a session that holds an object, `alf` where none does.
 *
 * Source: `SessionLoader._find_behaviour_collection` (`brainbox/io/one.py`, ibllib 4.1).
 *
 * @throws {@link QueryError} where several do: the caller must say which
 */
export function collectionHolding(files: readonly AlfFile[], object: string, attribute?: string): string {
  const holding = files.filter(({ name }) => attribute === undefined || name.attribute === attribute);
  const found = collectionsOf(holding, object);
  const [only] = found;
  if (found.length < 2) return only ?? "alf";
  throw new QueryError(`${object} is there in ${found.length} folders of the session: ${found.join(", ")}`, {
    hint: "say which with `collection`",
  });
}
