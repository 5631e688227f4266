import { resolve } from "node:path";
import {
  EVENT_TYPES,
  type EventType,
  eventSchema,
  formatRef,
  type Interval,
  type SessionEvent,
  type SessionRef,
  table,
} from "@crossprobe/core";
import { Option } from "commander";
import { parseRefArgument, parseSeconds, toInterval } from "../arguments.js";
import { collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { columnTypesOf } from "../output/column-types.js";
import { toJson } from "../output/json.js";
import { formatNumber, textTable } from "../output/table.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import { encodeTable, outputFormat, parseOutFile } from "../output/write-table.js";
import { plural } from "./listing.js";
import { noteNotices } from "./notices.js";

interface Options extends CommonOptions {
  readonly type?: readonly EventType[];
  readonly from?: number;
  readonly to?: number;
  readonly out?: string;
}

export const eventsCommand: CommandDefinition = {
  example: "events allen:session:910000101 --to 60 --out events.csv",
  define: (command, act) =>
    void command
      .argument("<ref>", "a session reference", parseRefArgument("session"))
      .addOption(
        new Option("--type <type>", `${EVENT_TYPES.join(", ")} (repeatable)`).argParser(
          (value: string, before?: readonly string[]) => {
            new Option("--type").choices(EVENT_TYPES).parseArg?.(value, undefined);
            return collectValue(value, before);
          },
        ),
      )
      .option("--from <seconds>", "events at or after this time", parseSeconds)
      .option("--to <seconds>", "events before this time", parseSeconds)
      .option("--out <file>", "write them: .csv or .parquet", parseOutFile("csv", "parquet"))
      .action((ref: SessionRef, options: Options) => {
        const interval = toInterval(options.from, options.to, command);
        act((io) => withHub(io, options, (context) => run(context, ref, interval, options)));
      }),
};

async function run(
  context: CommandContext,
  session: SessionRef,
  interval: Interval,
  { type, out }: Options,
): Promise<void> {
  const path = out === undefined ? undefined : resolve(context.io.cwd, out);
  if (path !== undefined) await checkWritable([path]);
  const filter = { interval, ...(type !== undefined && { types: type }) };
  const { rows, excluded, notices } = await context.hub.events(session, filter, { signal: context.io.signal });
  noteNotices(context, notices);
  if (path !== undefined) await writeEvents(context, rows, path);
  if (context.isJson) {
    context.io.out(toJson({ session, rows, counts: { events: rows.length }, excluded }));
    return;
  }
  if (path === undefined) {
    printTable(context, rows);
    context.note(`${plural(rows.length, "event")} of ${formatRef(session)}`);
  }
  for (const { reason, count } of excluded) context.note(`no event: ${count} × ${reason}`);
}

function printTable({ io }: CommandContext, rows: readonly SessionEvent[]): void {
  const text = rows.map((row) => [
    ...[formatNumber(row.time, 7), row.type, row.stimulus ?? "–", formatNumber(row.contrast), row.side ?? "–"],
    detailOf(row),
  ]);
  const titles = ["event", "stimulus", "contrast", "side", "detail"].map((title) => ({ title }));
  io.out(textTable([{ title: "time s", align: "right" }, ...titles], text, io.columns));
}

/** What a choice or an outcome was: the side chosen, or whether it was rewarded. */
function detailOf({ type, choice, isCorrect }: SessionEvent): string {
  if (type === "choice") return choice ?? "no response";
  if (type !== "outcome" || isCorrect === null) return "–";
  return isCorrect ? "reward" : "error";
}

async function writeEvents(context: CommandContext, rows: readonly SessionEvent[], path: string): Promise<void> {
  const { shape } = eventSchema.unwrap();
  const names = Object.keys(shape) as (keyof SessionEvent)[];
  const format = outputFormat(path) === "csv" ? "csv" : "parquet";
  const columns = table(names.map((name) => [name, rows.map((row) => row[name])]));
  const content = await encodeTable(format, columns, columnTypesOf(shape));
  await writeFiles(new Map([[path, content]]));
  context.note(`${plural(rows.length, "event")} written to ${path}`);
}
