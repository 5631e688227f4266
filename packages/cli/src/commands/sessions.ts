import { formatRef, MODALITIES, type Session } from "@crossprobe/core";
import { type CommandContext, type CommonOptions, unanswered, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { withLocalPaths } from "../output/local-paths.js";
import { formatNumber, groupedTable, type RowGroup, wrapText } from "../output/table.js";
import { countByDataset, listSessions, plural } from "./listing.js";
import { addScopeOptions, type Scope } from "./scope.js";

type Options = CommonOptions & Pick<Scope, "dataset">;

export const sessionsCommand: CommandDefinition = {
  example: "sessions --ibl ONE/ --allen cache/",
  define: (command, act) =>
    void addScopeOptions(command, "dataset").action((options: Options) =>
      act((io) => withHub(io, options, (context) => run(context, options))),
    ),
};

async function run(context: CommandContext, options: Options): Promise<void> {
  const sessions = await listSessions(context, options);
  const missing = await unanswered(context, MODALITIES);
  const subjects = new Set(
    sessions.flatMap(({ ref, subject }) => (subject === null ? [] : [`${ref.dataset}:${subject}`])),
  ).size;
  const counts = { sessions: sessions.length, subjects, byDataset: countByDataset(sessions) };
  if (context.isJson) {
    context.io.out(toJson({ rows: sessions, counts, unanswered: missing }));
    return;
  }
  context.io.out(groupedTable(COLUMNS, groupSessions(sessions), context.io.columns));
  const summary = `${plural(sessions.length, "session")} of ${plural(subjects, "subject")}, from ${context.sources.origin}`;
  context.note(wrapText(summary, context.io.columns, "  "));
  noteUnanswered(context, missing);
}

const COLUMNS = [
  { title: "session", isWhole: true },
  { title: "subject" },
  { title: "date" },
  { title: "probes", align: "right" },
] as const;

/** Sessions of one dataset and paradigm stand together. */
function groupSessions(sessions: readonly Session[]): readonly RowGroup[] {
  const groups = new Map<string, string[][]>();
  for (const { ref, subject, startTime, paradigm, probeCount } of sessions) {
    const heading = `${ref.dataset}, ${paradigm ?? "paradigm unknown"}`;
    const rows = groups.get(heading) ?? [];
    rows.push([formatRef(ref), subject ?? "–", startTime?.slice(0, 10) ?? "–", formatNumber(probeCount)]);
    groups.set(heading, rows);
  }
  return [...groups].map(([heading, rows]) => ({ heading, rows }));
}

/** Says what metadata-only sources cannot answer, one wrapped line a dataset. */
export function noteUnanswered(context: CommandContext, missing: Awaited<ReturnType<typeof unanswered>>): void {
  for (const [dataset, reasons] of Object.entries(missing)) {
    const byReason = new Map<string, string[]>();
    for (const [modality, reason] of Object.entries(reasons))
      byReason.set(reason, [...(byReason.get(reason) ?? []), modality]);
    for (const [reason, modalities] of byReason) {
      context.note(
        wrapText(
          withLocalPaths(`${dataset} cannot answer for ${modalities.join(", ")}: ${reason}`),
          context.io.columns,
          "  ",
        ),
      );
    }
  }
}
