import type { CohortDifference, CohortVerification, DatasetDifference, Turnover } from "@crossprobe/catalogue";
import type { RowKind } from "@crossprobe/core";
import { textTable, wrapText } from "../output/table.js";

/** Places that are listed; `--json` has all of them. */
const MOST_PLACES = 20;

/** What changed between two cohorts, for a reader: how much, why, and where. */
export function differenceText(
  kind: RowKind,
  { datasets, reasons }: CohortDifference,
  left: CohortVerification["left"],
  width: number,
): string {
  const why = [
    ...reasons.map(({ about, dataset, message }) => `${dataset === null ? "" : `${dataset}: `}${about} ${message}`),
    ...left.map(
      ({ dataset, because, condition, refs }) => `${dataset}: ${refs.length} ${LEFT[because]}${condition ?? ""}`,
    ),
  ];
  return [
    turnoverTable(kind, datasets, width),
    ...(why.length > 0 ? ["\n", ...why.map((line) => `${wrapText(line, width, "  ")}\n`)] : []),
    placesText(datasets, width),
  ].join("");
}

const LEFT: Readonly<Record<CohortVerification["left"][number]["because"], string>> = {
  gone: "left and are no longer there",
  out: "left and do not meet: ",
  indeterminate: "left with a label now too coarse for: ",
  unregistered: "left without registration for: ",
  unmeasured: "left without the value for: ",
};

function turnoverTable(kind: RowKind, datasets: readonly DatasetDifference[], width: number): string {
  const numbers = ["before", "after", "added", "removed", "moved"].map((title) => ({ title, align: "right" as const }));
  const lines = datasets.flatMap(({ id, rows, probes, sessions, moved }) => {
    const line = (what: string, { before, after, added, removed }: Turnover, more = "") => [
      ...[id, what, ...[before, after, added, removed].map(String), more],
    ];
    return [
      line(kind, rows, String(moved)),
      ...(probes === null || kind === "probes" ? [] : [line("probes", probes)]),
      ...(kind === "sessions" ? [] : [line("sessions", sessions)]),
    ];
  });
  return textTable([{ title: "dataset", isWhole: true }, { title: "of" }, ...numbers], lines, width);
}

function placesText(datasets: readonly DatasetDifference[], width: number): string {
  const places = datasets.flatMap(({ changes }) => changes);
  if (places.length === 0) return "";
  const title = places.some(({ probe }) => probe !== null) ? "probe" : "session";
  const numbers = ["added", "removed", "moved"].map((name) => ({ title: name, align: "right" as const }));
  const rows = places.slice(0, MOST_PLACES).map(({ session, probe, added, removed, moved }) => {
    return [probe ?? session, ...[added, removed, moved].map(({ length }) => String(length))];
  });
  const more = places.length - rows.length;
  const rest = more > 0 ? `and ${more} more ${title}${more === 1 ? "" : "s"} (--json lists all)\n` : "";
  return `\n${textTable([{ title, isWhole: true }, ...numbers], rows, width)}${rest}`;
}
