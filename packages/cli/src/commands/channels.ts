import type { Channel } from "@crossprobe/core";
import { parseCount } from "../arguments.js";
import { collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { LOCATION_COLUMNS, refText } from "../output/location-columns.js";
import { formatNumber, groupedTable } from "../output/table.js";
import { type FileColumn, resolveOut, writeRows } from "../output/write-rows.js";
import { parseOutFile } from "../output/write-table.js";
import { countByDataset, groupRows, plural, probeHeading, probesInScope, readEach, splitRef } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";
import { noteNotices } from "./notices.js";
import { regionFilter, regionText } from "./region-filter.js";
import { addScopeOptions, type Scope } from "./scope.js";

interface Options extends CommonOptions, Scope {
  readonly region?: readonly string[];
  readonly limit?: number;
  readonly out?: string;
}

export const channelsCommand: CommandDefinition = {
  example: "channels --region VISp",
  define: (command, act) =>
    void addScopeOptions(command, "dataset", "session", "probe")
      .option("--region <acronym>", "only this structure and those below it (repeatable)", collectValue)
      .option("--limit <count>", "at most so many", parseCount)
      .option("--out <file>", "write them: .csv or .parquet", parseOutFile("csv", "parquet"))
      .action((options: Options) => act((io) => withHub(io, options, (context) => run(context, options)))),
};

async function run(context: CommandContext, options: Options): Promise<void> {
  const path = await resolveOut(context, options.out);
  const passes = regionFilter(options.region);
  const datasets = await answeringDatasets(context, "channels", options);
  const limit = options.limit ?? Infinity;
  const rows: Channel[] = [];
  const probes = (await probesInScope(context, options)).filter(({ dataset }) => datasets.includes(dataset));
  await readEach(context, probes, async (probe) => {
    if (rows.length >= limit) return;
    const table = await context.hub.channels(probe, { signal: context.io.signal });
    noteNotices(context, table.notices);
    rows.push(...table.rows.filter(({ region }) => passes(region)).slice(0, limit - rows.length));
  });
  const counts = { channels: rows.length, byDataset: countByDataset(rows) };
  if (path !== undefined) await writeRows(path, COLUMNS, rows);
  if (context.isJson) {
    context.io.out(toJson({ rows, counts, ...(path !== undefined && { out: path }) }));
    return;
  }
  if (path === undefined) printTable(context, rows);
  context.note(`${plural(rows.length, "channel")}${path === undefined ? "" : ` written to ${path}`}`);
}

/** Columns of `channels --out`. */
const COLUMNS: readonly FileColumn<Channel>[] = [
  { name: "ref", type: "string", of: ({ ref }) => refText(ref) },
  { name: "probe", type: "string", of: ({ probe }) => refText(probe) },
  ...LOCATION_COLUMNS,
  { name: "siteIndex", type: "int32", of: ({ siteIndex }) => siteIndex },
  { name: "lateralUm", type: "double", of: ({ lateralUm }) => lateralUm },
  { name: "quality", type: "string", of: ({ quality }) => quality },
];

function printTable(context: CommandContext, rows: readonly Channel[]): void {
  const groups = groupRows(
    rows,
    ({ ref, probe }) => probeHeading(ref, probe),
    ({ ref, ccf, distanceFromTipUm, ...row }) => [
      ...[splitRef(ref).rest, regionText(row), formatNumber(ccf?.ap), formatNumber(ccf?.dv), formatNumber(ccf?.ml)],
      formatNumber(distanceFromTipUm),
    ],
  );
  const right = ["AP um", "DV um", "ML um", "from tip um"].map((title) => ({ title, align: "right" as const }));
  const titles = [{ title: "channel", isWhole: true }, { title: "region" }, ...right];
  context.io.out(groupedTable(titles, groups, context.io.columns));
}
