import { formatRef, MODALITIES, type ProbeInsertion, type Session } from "@crossprobe/core";
import { type CommandContext, type CommonOptions, unanswered, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { textTable } from "../output/table.js";
import { countByDataset, listProbes, listSessions, plural } from "./listing.js";
import { addScopeOptions, type Scope } from "./scope.js";
import { noteUnanswered } from "./sessions.js";

type Options = CommonOptions & Pick<Scope, "dataset" | "session">;

export const probesCommand: CommandDefinition = {
  example: "probes --ibl 2023_12_bwm_release.csv",
  define: (command, act) =>
    void addScopeOptions(command, "dataset", "session").action((options: Options) =>
      act((io) => withHub(io, options, (context) => run(context, options))),
    ),
};

async function run(context: CommandContext, options: Options): Promise<void> {
  const probes = await listProbes(context, options);
  const counts = countOf(probes, await listSessions(context, options));
  const missing = await unanswered(context, MODALITIES);
  if (context.isJson) {
    context.io.out(toJson({ rows: probes, counts, unanswered: missing }));
    return;
  }
  const count = (value: number | null) => value?.toString() ?? "–";
  const rows = probes.map(({ ref, label, channelCount, unitCount, hasLfp }) => [
    ...[formatRef(ref), label, count(channelCount), count(unitCount), hasLfp === null ? "–" : hasLfp ? "yes" : "no"],
  ]);
  const right = ["channels", "units"].map((title) => ({ title, align: "right" as const }));
  context.io.out(
    textTable(
      [{ title: "probe", isWhole: true }, { title: "label" }, ...right, { title: "LFP" }],
      rows,
      context.io.columns,
    ),
  );
  const { sessions, subjects, labs } = counts;
  const parts = [plural(sessions, "session"), plural(subjects, "subject"), ...(labs > 0 ? [plural(labs, "lab")] : [])];
  context.note(`${plural(probes.length, "probe")} in ${parts.join(", ")}`);
  noteUnanswered(context, missing);
}

function countOf(probes: readonly ProbeInsertion[], sessions: readonly Session[]) {
  const used = new Set(probes.map(({ session }) => formatRef(session)));
  const own = sessions.filter(({ ref }) => used.has(formatRef(ref)));
  const distinct = (values: readonly (string | null)[]) => new Set(values.filter((value) => value !== null)).size;
  return {
    ...{ probes: probes.length, sessions: own.length },
    subjects: distinct(own.map(({ ref, subject }) => subject && `${ref.dataset}:${subject}`)),
    labs: distinct(own.map(({ lab }) => lab)),
    byDataset: countByDataset(probes),
  };
}
