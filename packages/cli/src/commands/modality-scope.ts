import { ConfigError, type Modality, UnsupportedError } from "@crossprobe/core";
import { type CommandContext, unanswered } from "../command-context.js";
import { withLocalPaths } from "../output/local-paths.js";
import { wrapText } from "../output/table.js";
import type { Scope } from "./scope.js";

/**
 * The datasets of a scope that can answer for a modality. Those that cannot are said on standard error, with their reason.
 *
 * @throws {@link UnsupportedError} when none of them can
 */
export async function answeringDatasets(
  context: CommandContext,
  modality: Modality,
  scope: Scope,
): Promise<readonly string[]> {
  const { hub } = context;
  const named = (scope.probe ?? scope.session)?.map(({ dataset }) => dataset) ?? scope.dataset;
  const ids = named === undefined ? undefined : new Set(named.map((id) => hub.dataset(id).id));
  const chosen = hub.datasets().filter(({ id }) => ids?.has(id) ?? true);
  if (chosen.length === 0) throw new ConfigError("no sources", { hint: "give --ibl or --allen" });
  const missing = await unanswered(context, [modality]);
  const answering = chosen.map(({ id }) => id).filter((id) => missing[id] === undefined);
  const reasons = chosen.flatMap(({ id }) => (missing[id] ? [`${id}: ${missing[id][modality]}`] : []));
  if (answering.length === 0) {
    throw new UnsupportedError(`these sources cannot answer for ${modality}: ${reasons.join("; ")}`, {
      hint: "add a source that holds them",
    });
  }
  for (const reason of reasons)
    context.note(wrapText(withLocalPaths(`note: no ${modality} from ${reason}`), context.io.columns, "  "));
  return answering;
}
