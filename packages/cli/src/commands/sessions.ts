import { formatRef, MODALITIES } from "@crossprobe/core";
import { type CommandContext, type CommonOptions, unanswered, withHub } from "../command-context.js";
import { toJson } from "../output/json.js";
import { textTable, wrapText } from "../output/table.js";
import type { CommandDefinition } from "../program.js";
import { countByDataset, listSessions, plural } from "./listing.js";

interface Options extends CommonOptions {
  readonly dataset?: string;
}

export const sessionsCommand: CommandDefinition = {
  name: "sessions",
  summary: "List the sessions of every source.",
  example: "sessions --ibl ONE/ --allen cache/",
  define: (command, act) =>
    void command
      .option("--dataset <id>", "only this dataset")
      .action((options: Options) => act((io) => withHub(io, options, (context) => run(context, options)))),
};

async function run(context: CommandContext, { dataset }: Options): Promise<void> {
  const sessions = await listSessions(context, dataset === undefined ? {} : { dataset });
  const missing = await unanswered(context, MODALITIES);
  const subjects = new Set(sessions.map(({ ref, subject }) => `${ref.dataset}:${subject}`)).size;
  const counts = { sessions: sessions.length, subjects, byDataset: countByDataset(sessions) };
  if (context.isJson) {
    context.io.out(toJson({ rows: sessions, counts, unanswered: missing }));
    return;
  }
  const rows = sessions.map(({ ref, subject, startTime, paradigm, probeCount }) => [
    ...[formatRef(ref), subject ?? "–", startTime?.slice(0, 10) ?? "–", paradigm ?? "–", probeCount?.toString() ?? "–"],
  ]);
  const titles = ["session", "subject", "date", "paradigm"].map((title) => ({ title }));
  context.io.out(textTable([...titles, { title: "probes", align: "right" }], rows, context.io.columns));
  context.note(
    `${plural(sessions.length, "session")} of ${plural(subjects, "subject")}, from ${context.sources.origin}`,
  );
  noteUnanswered(context, missing);
}

/** Says what metadata-only sources cannot answer, one wrapped line a dataset. */
export function noteUnanswered(context: CommandContext, missing: Awaited<ReturnType<typeof unanswered>>): void {
  for (const [dataset, reasons] of Object.entries(missing)) {
    const byReason = new Map<string, string[]>();
    for (const [modality, reason] of Object.entries(reasons))
      byReason.set(reason, [...(byReason.get(reason) ?? []), modality]);
    for (const [reason, modalities] of byReason) {
      context.note(
        wrapText(`${dataset} cannot answer for ${modalities.join(", ")}: ${reason}`, context.io.columns, "  "),
      );
    }
  }
}
