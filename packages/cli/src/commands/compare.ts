import { join, resolve } from "node:path";
import { type CompareResult, compare } from "@crossprobe/analysis";
import { MAPPINGS, type Mapping } from "@crossprobe/atlas";
import { type Interval, NotFoundError, UnsupportedError } from "@crossprobe/core";
import { Option } from "commander";
import { type BandArgument, parseBands, parseInterval } from "../arguments.js";
import { collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withSources } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { chooseSources, type Sources } from "../config.js";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { Progress } from "../output/progress.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import { renderCsv } from "../report/csv.js";
import { renderHtml } from "../report/html.js";
import { renderText } from "../report/text.js";

/** What `crossprobe compare` can be asked. */
export interface CompareCommandOptions extends CommonOptions {
  readonly mapping: Mapping;
  readonly units: "passing" | "all";
  readonly interval?: Interval;
  readonly lfpInterval?: Interval;
  readonly bands?: readonly BandArgument[];
  readonly stimulus?: readonly string[];
  readonly out?: string;
  readonly keepGoing?: boolean;
}

export const DEFAULT_COMPARE_OPTIONS = { mapping: "beryl", units: "passing" } as const;

export const compareCommand: CommandDefinition = {
  example: "compare --ibl ONE/ --allen cache/ --mapping cosmos --out report/",
  define: (command, act) =>
    void command
      .addOption(
        new Option("--mapping <name>", "how fine the regions are")
          .choices(MAPPINGS)
          .default(DEFAULT_COMPARE_OPTIONS.mapping),
      )
      .addOption(
        new Option(
          "--units <which>",
          "units behind rates and PSTHs: those that pass their dataset's published rule, or all",
        )
          .choices(["passing", "all"])
          .default(DEFAULT_COMPARE_OPTIONS.units),
      )
      .option("--interval <start>:<stop>", "seconds of the session clock that rates are taken over", parseInterval)
      .option(
        "--lfp-interval <start>:<stop>",
        "seconds that LFP power is taken over (default: what each file covers)",
        parseInterval,
      )
      .option("--bands <list>", "frequency bands, such as theta:6-10,gamma:30-60", parseBands)
      .option(
        "--stimulus <name>",
        "only onsets of this visual stimulus in PSTHs, as the source names it; give again for more",
        collectValue,
      )
      .option("--out <folder>", "write report.html, report.json and report.csv there")
      .option("--keep-going", "exit code 0 although a session could not be read")
      .action((options: CompareCommandOptions) =>
        act((io) =>
          compareSources(io, chooseSources({ ibl: options.ibl ?? [], allen: options.allen ?? [] }, io.cwd), options),
        ),
      ),
};

/** Compares, prints, writes the report. Resolves to the exit code. */
export function compareSources(io: Io, sources: Sources, options: CompareCommandOptions): Promise<number> {
  return withSources(io, sources, options, async (context) => {
    const out = options.out === undefined ? undefined : resolve(io.cwd, options.out);
    if (out !== undefined) await checkWritable(REPORT_FILES.map((name) => join(out, name)));
    const result = await compareWithProgress(context, options);
    for (const { dataset, session, message, hint } of result.failures) {
      context.note(`crossprobe: ${session ?? dataset} left out: ${message}${hint ? `; ${hint}` : ""}`);
    }
    requireFindings(result);
    if (out !== undefined) await writeReport(result, sources, out);
    io.out(context.isJson ? toJson(result) : renderText(result, io.columns));
    if (out !== undefined) context.note(`report: ${join(out, "report.html")} (and report.json, report.csv beside it)`);
    return result.failures.length > 0 && options.keepGoing !== true ? 1 : 0;
  });
}

/** @throws when no session could be read, or none of them holds anything to compare: then nothing is printed and nothing written */
function requireFindings({ totals, failures, regions, absent }: CompareResult): void {
  if (Object.values(totals).every(({ sessions }) => sessions === 0)) {
    throw new NotFoundError("no session could be read, nothing is written", {
      hint: failures.length > 0 ? "see the errors above" : "check the sources: crossprobe sessions",
    });
  }
  if (regions.length === 0 && Object.values(totals).every(({ units }) => (units.total ?? 0) === 0)) {
    const reason = (absent.find(({ what }) => what === "units") ?? absent[0])?.reason;
    throw new UnsupportedError(`there is nothing to compare: ${reason ?? "the sources hold no units"}`, {
      hint: "add a source that holds channels and units; crossprobe sessions says what each can answer",
    });
  }
}

async function compareWithProgress(
  { hub, io }: CommandContext,
  options: CompareCommandOptions,
): Promise<CompareResult> {
  const progress = new Progress(io);
  try {
    return await compare(hub, {
      ...{ mapping: options.mapping, units: options.units, interval: options.interval },
      ...{ lfpInterval: options.lfpInterval, bands: options.bands, signal: io.signal },
      stimuli: options.stimulus,
      onProgress: ({ phase, done, total, label }) =>
        progress.update(
          phase === "lfp" ? `LFP of ${label}, seconds` : `sessions read, now ${label}:`,
          Math.floor(done),
          Math.ceil(total),
        ),
    });
  } finally {
    progress.end();
  }
}

const REPORT_FILES = ["report.html", "report.json", "report.csv"];

function writeReport(result: CompareResult, sources: Sources, folder: string): Promise<void> {
  return writeFiles(
    new Map([
      [join(folder, "report.html"), renderHtml(result, sources.origin)],
      [join(folder, "report.json"), toJson(result)],
      [join(folder, "report.csv"), renderCsv(result)],
    ]),
  );
}
