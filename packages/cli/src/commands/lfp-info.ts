import type { InvalidInterval, LfpSource, ProbeRef } from "@crossprobe/core";
import { formatRef } from "@crossprobe/core";
import type { Command } from "commander";
import { parseRefArgument } from "../arguments.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { Run } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { factLines, formatNumber, textTable } from "../output/table.js";
import { channelPlace, coverageText, describeSignal } from "./lfp-signal.js";
import { noteNotices } from "./notices.js";

/** What `lfp info` can be asked about: so far the probe that a reference names. */
export interface LfpTarget {
  readonly kind: "probe";
  readonly probe: ProbeRef;
}

/** Adds `lfp info`. */
export function defineLfpInfo(command: Command, act: (run: Run) => void): void {
  command
    .command("info")
    .description("Say what the LFP of a probe covers: seconds on the session clock, rate, channels, invalid spans.")
    .argument("<ref>", "a probe reference", parseTarget)
    .action((target: LfpTarget, options: CommonOptions) =>
      act((io) => withHub(io, options, (context) => run(context, target))),
    );
}

function parseTarget(text: string): LfpTarget {
  return { kind: "probe", probe: parseRefArgument("probe")(text) };
}

async function run(context: CommandContext, { probe }: LfpTarget): Promise<void> {
  const { signal } = context.io;
  const source = await context.hub.lfp(probe, { signal });
  try {
    noteNotices(context, source.notices);
    const invalid = await source.invalidIntervals({ signal });
    if (context.isJson) context.io.out(toJson(describe(source, invalid)));
    else print(context, source, invalid);
  } finally {
    source.close();
  }
}

function describe(source: LfpSource, invalid: readonly InvalidInterval[]) {
  const channels = source.channels.map((_, index) => ({ index, ...channelPlace(source, index) }));
  return { ...describeSignal(source), sampleCount: source.sampleCount, invalid, channels };
}

function print({ io }: CommandContext, source: LfpSource, invalid: readonly InvalidInterval[]): void {
  const { clock, traits, channels, sampleCount } = source;
  const { passband, usableUpTo, reference, lossyCodec } = traits;
  const band =
    passband === null ? "passband unknown" : `${passband.map((hertz) => formatNumber(hertz)).join(" to ")} Hz`;
  const facts = [
    { name: "probe", value: formatRef(source.probe) },
    { name: "covers", value: `${coverageText(clock)}, ${sampleCount} samples` },
    { name: "rate", value: `${formatNumber(clock.samplingRate, 8)} Hz (clock ${clock.quality}, ${clock.kind})` },
    { name: "channels", value: `${channels.length} (of the probe's sites: ${traits.spatial})` },
    { name: "regions", value: regionCounts(source) },
    { name: "unit", value: "volts" },
    { name: "signal", value: `${band}, usable up to ${formatNumber(usableUpTo)} Hz, reference ${reference}` },
    { name: "codec", value: lossyCodec ?? "lossless" },
    { name: "invalid", value: invalid.length === 0 ? "no spans" : `${invalid.length}, do not use:` },
  ];
  io.out(`${factLines(facts, io.columns).join("\n")}\n`);
  if (invalid.length === 0) return;
  const rows = invalid.map(({ start, stop, kind, tags }) => [
    ...[formatNumber(start, 7), formatNumber(stop, 7), kind, tags.join(", ")],
  ]);
  const right = ["from s", "to s"].map((title) => ({ title, align: "right" as const }));
  io.out(textTable([...right, { title: "kind" }, { title: "tags" }], rows, io.columns));
}

/** How many channels stand in each region, in column order: `VISp5 8, CA1 12`. */
function regionCounts({ channels }: LfpSource): string {
  const counts = new Map<string, number>();
  for (const { region, regionAbsent } of channels) {
    const name = region?.acronym ?? `(${regionAbsent})`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ") || "–";
}
