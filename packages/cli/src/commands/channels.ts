import type { Channel } from "@crossprobe/core";
import { collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { formatNumber, groupedTable } from "../output/table.js";
import { countByDataset, groupRows, plural, probeHeading, probesInScope, readEach, splitRef } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";
import { noteNotices } from "./notices.js";
import { regionFilter, regionText } from "./region-filter.js";
import { addScopeOptions, type Scope } from "./scope.js";

interface Options extends CommonOptions, Scope {
  readonly region?: readonly string[];
}

export const channelsCommand: CommandDefinition = {
  example: "channels --region VISp",
  define: (command, act) =>
    void addScopeOptions(command, "dataset", "session", "probe")
      .option("--region <acronym>", "only this structure and those below it (repeatable)", collectValue)
      .action((options: Options) => act((io) => withHub(io, options, (context) => run(context, options)))),
};

async function run(context: CommandContext, options: Options): Promise<void> {
  const passes = regionFilter(options.region);
  const datasets = await answeringDatasets(context, "channels", options);
  const rows: Channel[] = [];
  const probes = (await probesInScope(context, options)).filter(({ dataset }) => datasets.includes(dataset));
  await readEach(context, probes, async (probe) => {
    const table = await context.hub.channels(probe, { signal: context.io.signal });
    noteNotices(context, table.notices);
    rows.push(...table.rows.filter(({ region }) => passes(region)));
  });
  const counts = { channels: rows.length, byDataset: countByDataset(rows) };
  if (context.isJson) {
    context.io.out(toJson({ rows, counts }));
    return;
  }
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
  context.note(plural(rows.length, "channel"));
}
