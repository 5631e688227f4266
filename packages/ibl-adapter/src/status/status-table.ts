import type { ReportColumn, ReportRow } from "@crossprobe/core";
import { formatSessionNumber } from "../alf-name.js";
import { ASPECT_GROUPS, type AspectGroup, EXTRACTION_RULES, EXTRACTION_STATES } from "./extraction-rules.js";
import { type AspectStatus, extractionStatus, type SessionStatus } from "./extraction-status.js";
import type { SessionEvidence } from "./session-evidence.js";

/** A session that has nothing: its aspects are the columns that every table has. */
const NOTHING: SessionEvidence = {
  ...{ eid: null, lab: null, subject: null, date: "", number: null, taskProtocol: null, files: [], probes: [] },
  ...{ passiveRuns: [], taskRuns: [], extendedQc: null, hasImageStacks: null, seesLocalFiles: false, notices: [] },
};

const IDENTITY: readonly ReportColumn[] = [
  { name: "eid", type: "text", description: "experiment id; null where the source has none" },
  { name: "lab", type: "text", description: "laboratory" },
  { name: "subject", type: "text", description: "the animal's name" },
  { name: "date", type: "text", description: "day of the session, yyyy-mm-dd" },
  { name: "number", type: "number", description: "number of the session on its day" },
  { name: "task_protocol", type: "text", description: "protocols of the runs, joined by /" },
];

/** Columns of one row a session: who it is, then a column an aspect, named as in psyfun's table. */
export const SESSION_COLUMNS: readonly ReportColumn[] = [
  ...IDENTITY,
  ...extractionStatus(NOTHING).aspects.map(({ column, rule }): ReportColumn => {
    const found = EXTRACTION_RULES.find(({ id }) => id === rule);
    const type = found?.kind === "step" ? "truth" : "text";
    return { name: column, type, description: describe(rule) };
  }),
  {
    name: "further_aspects",
    type: "number",
    description: "aspects of a third run or another probe, which a row an aspect shows",
  },
];

function describe(id: string): string {
  const rule = EXTRACTION_RULES.find((candidate) => candidate.id === id);
  if (rule?.kind === "files") return `${EXTRACTION_STATES.join(", ")}; rule ${id}`;
  if (rule?.kind === "outcome") return `verdict of the pipeline; rule ${id}`;
  if (rule?.kind === "sorter") return `<sorter>#<revision># (<version>); rule ${id}`;
  return `whether it was done; rule ${id}`;
}

/** Columns of one row an aspect: who the session is, the aspect, its value, and why. */
export const ASPECT_COLUMNS: readonly ReportColumn[] = [
  ...IDENTITY,
  { name: "group", type: "text", description: "task, ephys, video or histology" },
  { name: "aspect", type: "text", description: "name of the column in a row a session" },
  { name: "rule", type: "text", description: "id of the rule" },
  { name: "value", type: "text", description: "state, verdict, true or false; null where absent" },
  { name: "reason", type: "text", description: "why the value is what it is, or why there is none" },
  { name: "detail", type: "text", description: "the files, key or record that it follows from" },
];

export const SESSION_TITLES = ["session", ...ASPECT_GROUPS] as const;
export const ASPECT_TITLES = ["aspect", "value"] as const;

/** Place of a session: `<subject>/<date>/<nnn>`. */
export function placeOf({ subject, date, number }: SessionEvidence): string {
  return `${subject ?? "?"}/${date}/${number === null ? "?" : formatSessionNumber(number)}`;
}

function identityOf({ eid, lab, subject, date, number, taskProtocol }: SessionEvidence) {
  return { eid, lab, subject, date, number, task_protocol: taskProtocol };
}

/** One row of a session. */
export function sessionRow({ evidence, aspects }: SessionStatus): ReportRow {
  const known = new Set(SESSION_COLUMNS.map(({ name }) => name));
  const own = aspects.filter(({ column }) => known.has(column));
  return {
    values: {
      ...identityOf(evidence),
      ...Object.fromEntries(own.map(({ column, value }) => [column, value])),
      further_aspects: aspects.length - own.length,
    },
    heading: "",
    cells: [placeOf(evidence), ...ASPECT_GROUPS.map((group) => countsOf(aspects, group))],
    note: "",
  };
}

/** Complete, in error and missing files of a group, or steps done and not; then how many are absent. */
function countsOf(aspects: readonly AspectStatus[], group: AspectGroup): string {
  const own = aspects.filter((aspect) => aspect.group === group && !isText(aspect));
  const count = (value: unknown) => own.filter((aspect) => aspect.value === value).length;
  const counts = group === "histology" ? [true, false] : EXTRACTION_STATES;
  const absent = count(null);
  return `${counts.map(count).join("/")}${absent === 0 ? "" : ` ?${absent}`}`;
}

/** Verdicts and sorters are no states; they are not counted as such. */
function isText({ rule }: AspectStatus): boolean {
  const kind = EXTRACTION_RULES.find(({ id }) => id === rule)?.kind;
  return kind === "outcome" || kind === "sorter";
}

/** Rows of the aspects of a session, those that pass. */
export function aspectRows(
  { evidence, aspects }: SessionStatus,
  passes: (aspect: AspectStatus) => boolean,
): ReportRow[] {
  const heading = [placeOf(evidence), evidence.eid].filter((part) => part !== null).join("  ");
  return aspects.filter(passes).map(({ column, group, rule, value, reason, detail }) => {
    const text = value === null ? null : String(value);
    return {
      values: { ...identityOf(evidence), group, aspect: column, rule, value: text, reason, detail },
      heading,
      cells: [column, valueText(value)],
      note: reason === "registered" || reason === "stated" ? "" : detail,
    };
  });
}

function valueText(value: string | boolean | null): string {
  if (value === null) return "–";
  return typeof value === "boolean" ? (value ? "yes" : "no") : value;
}
