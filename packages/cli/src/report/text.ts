import {
  type Caveat,
  type CompareResult,
  type DatasetTotals,
  labelList,
  type RegionFindings,
} from "@crossprobe/analysis";
import { formatNumber, textTable, wrapText } from "../output/table.js";
import { counted, countedRefs, lengthText } from "./phrases.js";
import { RESPONSE_DEVIATIONS, RESPONSE_WITHIN, strongestResponse } from "./response.js";

/** A comparison for the terminal: a row a region and dataset, the totals, the caveats and what was left out. */
export function renderText(result: CompareResult, width: number): string {
  const parts = [
    `By region (${result.mapping} mapping); rates and PSTHs of ${result.units} units`,
    regionTable(result, width),
    ...LEGEND.map((line) => wrapText(line, width, "  ")),
    "",
    totalsTable(result, width),
    ...Object.entries(result.totals).flatMap(([dataset, totals]) => [
      wrapText(ruleLine(dataset, totals), width, "  "),
      wrapText(eventLine(dataset, totals), width, "  "),
      ...unmappedLine(dataset, totals).map((line) => wrapText(line, width, "  ")),
    ]),
    ...caveatLines(result.caveats, width),
    ...leftOutLines(result, width),
  ];
  return `${parts.join("\n")}\n`;
}

function regionTable({ regions, provenance }: CompareResult, width: number): string {
  const bands = provenance.settings.bands.map(({ name }) => name);
  const rows = regions.flatMap(({ region, datasets }) =>
    Object.entries(datasets).map(([dataset, found], i) => [
      ...[i === 0 ? region : "", dataset, unitText(found.units)],
      ...[
        formatNumber(found.lfpChannels),
        formatNumber(found.firingRate.median, 3),
        quartileText(found),
        responseText(found),
      ],
      strongestBand(found, bands),
    ]),
  );
  const right = (title: string) => ({ title, align: "right" as const });
  return textTable(
    [
      { title: "region" },
      { title: "dataset" },
      right("units"),
      right("LFP ch"),
      right("rate Hz"),
      right("q1–q3"),
      right("response Hz"),
      { title: "top band" },
    ],
    rows,
    width,
  );
}

/** `passing/all`; one dash where the source cannot answer for units. */
export function unitText({ total, passing }: DatasetTotals["units"], separator = "/"): string {
  return total === null ? "–" : `${formatNumber(passing)}${separator}${total}`;
}

function quartileText({ firingRate: { q1, q3 } }: RegionFindings): string {
  return q1 === null || q3 === null ? "–" : `${q1.toFixed(2)}–${q3.toFixed(2)}`;
}

/** What the columns of the table are that do not say it themselves. */
const LEGEND = [
  `response Hz: where the PSTH departs most from its mean before the onset, within ${RESPONSE_WITHIN} s, @ centre of that bin; – below ${RESPONSE_DEVIATIONS} standard deviations of the bins before the onset.`,
  "top band: the band with the most LFP power on each probe.",
];

function responseText({ psth }: RegionFindings): string {
  const response = psth === null ? null : strongestResponse(psth);
  if (response === null) return "–";
  const sign = response.departure < 0 ? "−" : "+";
  return `${sign}${Math.abs(response.departure).toFixed(1)} @${Math.round(response.latency * 1000)} ms`;
}

/** The band with the most power on each probe, in the order of the probes. */
function strongestBand({ lfpPowerUv2 }: RegionFindings, bands: readonly string[]): string {
  if (lfpPowerUv2 === null) return "–";
  const strongest = Object.values(lfpPowerUv2).map((power) => {
    const known = bands.filter((band) => typeof power[band] === "number");
    return known.sort((a, b) => (power[b] ?? 0) - (power[a] ?? 0))[0] ?? "–";
  });
  return [...new Set(strongest)].join(", ");
}

function totalsTable({ totals }: CompareResult, width: number): string {
  const rows = Object.entries(totals).map(([dataset, total]) => [
    ...[dataset, String(total.sessions), String(total.probes), unitText(total.units), unitText(total.unmapped)],
    unitText(total.unregistered),
  ]);
  const right = ["sessions", "probes", "units", "unmapped", "no label"].map((title) => ({
    title,
    align: "right" as const,
  }));
  return `Totals (units as passing/all)\n${textTable([{ title: "dataset" }, ...right], rows, width)}`;
}

const RATES_OVER: Readonly<Record<string, string>> = {
  given: "the interval asked for",
  observed: "the observation intervals that the source states",
  spikeCoverage: "first to last spike of each unit's probe",
  mixed: "different spans for different units",
};

/** The rule that counts as passing, and what rates are divided by. */
function ruleLine(dataset: string, { rule, rateInterval }: DatasetTotals): string {
  const passing = rule === null ? "no published rule" : `passing means ${rule}`;
  return `${dataset}: ${passing}; ${ratesText(rateInterval)}`;
}

function ratesText({ kind, seconds }: DatasetTotals["rateInterval"]): string {
  return kind === null || seconds === null ? "no rates" : `rates over ${RATES_OVER[kind]}, ${lengthText(seconds)}`;
}

/** Labels that the mapping has no region for. */
function unmappedLine(dataset: string, { unmappedLabels }: DatasetTotals): readonly string[] {
  return Object.keys(unmappedLabels).length === 0
    ? []
    : [`${dataset}: units without a region in this mapping, by label: ${labelList(unmappedLabels)}`];
}

function eventLine(dataset: string, { events }: DatasetTotals): string {
  if (events === null) return `${dataset}: no events`;
  const stimuli = Object.entries(events.stimuli).map(([name, count]) => `${count} ${name}`);
  const none = Object.entries(events.excluded).map(([reason, count]) => `${count} ${reason}`);
  const leftOut = events.leftOut.map(({ probe, onsets }) => `${onsets} inside an invalid interval of ${probe}`);
  const notAsked = Object.entries(events.notAsked).map(([name, count]) => `${count} of ${name}, not asked for`);
  const aside = [...none, ...notAsked, ...leftOut];
  return `${dataset}: ${counted(events.onsets, "visual onset")}${stimuli.length > 0 ? ` (${stimuli.join(", ")})` : ""}${aside.length > 0 ? `; not used: ${aside.join(", ")}` : ""}`;
}

/** What must not be compared in full; of the rest how much there is and where. */
function caveatLines(caveats: readonly Caveat[], width: number): readonly string[] {
  if (caveats.length === 0) return [];
  const musts = caveats.filter(({ mustNotCompare }) => mustNotCompare);
  const lines = musts.map(({ text }) => wrapText(`! ${text}`, width, "  "));
  const others = caveats.length - musts.length;
  const count = `${others}${musts.length > 0 ? " more" : ""} ${others === 1 ? "caveat" : "caveats"}`;
  const rest =
    others === 0 ? [] : [wrapText(`- ${count}: see report.html and report.json (--out), or --json`, width, "  ")];
  return ["", "Before you compare:", ...lines, ...rest];
}

function leftOutLines({ failures, absent, notices, lfp }: CompareResult, width: number): readonly string[] {
  const lines = [
    ...failures.map(({ session, dataset, message }) => `${session ?? dataset}: ${message}`),
    ...absent.map(({ dataset, what, reason, where }) => `${dataset}: no ${what} for ${countedRefs(where)}: ${reason}`),
    ...groupNotices(notices).map(
      ({ dataset, message, count, places }) => `${dataset}: ${message} (${count}; ${placesText(places)})`,
    ),
    ...lfp.flatMap((use) => segmentLine(use) ?? []),
  ];
  if (lines.length === 0) return [];
  return ["", "Left out, repaired or doubted:", ...lines.map((line) => wrapText(`- ${line}`, width, "  "))];
}

/** What of a probe's LFP did not enter, as one sentence; undefined when all did. */
export function segmentLine({ probe, segments }: CompareResult["lfp"][number]): string | undefined {
  const { total, invalid, notCovered } = segments;
  if (invalid + notCovered === 0) return undefined;
  const parts = [
    ...(invalid > 0 ? [`${invalid} ${invalid === 1 ? "touches" : "touch"} an invalid span`] : []),
    ...(notCovered > 0 ? [`${notCovered} ${notCovered === 1 ? "lies" : "lie"} where the file has no samples`] : []),
  ];
  return `${probe}: of ${counted(total, "LFP segment")}, ${parts.join(" and ")}`;
}

export interface NoticeGroup {
  readonly dataset: string;
  readonly message: string;
  readonly count: number;
  readonly places: readonly string[];
}

/** Equal notices of one dataset as one, with the sum of what they concern and every place. */
export function groupNotices(notices: CompareResult["notices"]): readonly NoticeGroup[] {
  const groups = new Map<string, { dataset: string; message: string; count: number; places: string[] }>();
  for (const { dataset, message, count, where } of notices) {
    const group = groups.get(`${dataset} ${message}`) ?? { dataset, message, count: 0, places: [] };
    group.count += count;
    group.places.push(where);
    groups.set(`${dataset} ${message}`, group);
  }
  return [...groups.values()];
}

/** The place when there is one, else the first and how many more there are. */
export function placesText([first = "", ...others]: readonly string[]): string {
  const name = first.slice(first.lastIndexOf("/") + 1) || first;
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}
