import type {
  DownloadPlan,
  DownloadProgress,
  DownloadResult,
  FileVerdict,
  PlannedFile,
  PlannedState,
} from "@crossprobe/core";
import type { Io } from "../io.js";
import { formatBytes, formatSpan } from "./bytes.js";
import { errorLine } from "./errors.js";
import { groupedTable, type RowGroup, wrapText } from "./table.js";

const STATES: Readonly<Record<PlannedState, string>> = {
  present: "there",
  check: "there, to check",
  resume: "begun",
  fetch: "to fetch",
  absent: "not to be had",
};

/** The files of a plan by folder, with their sizes and what is to be done, and a line of sums. */
export function planText(plan: DownloadPlan, width: number): string {
  const columns = [{ title: "file" }, { title: "size", align: "right" }, { title: "state" }] as const;
  const groups = [...byFolder(plan.files)].map(
    ([heading, files]): RowGroup => ({
      heading,
      rows: files.map(([name, { size, state }]) => [`  ${name}`, formatBytes(size), STATES[state]]),
    }),
  );
  const reasons = plan.files.flatMap(({ file, reason }) =>
    reason === null ? [] : [wrapText(`${file.path}: ${reason}`, width, "  ")],
  );
  return [groupedTable(columns, groups, width).trimEnd(), ...reasons, wrapText(sums(plan), width, "  ")].join("\n");
}

function sums({ files, missingBytes, unknownSizes, expectedBytes, freeBytes, to }: DownloadPlan): string {
  const wanted = files.filter(({ state }) => state === "fetch" || state === "resume").length;
  const about = expectedBytes === null ? "" : ` (about ${formatBytes(expectedBytes)}, an estimate)`;
  const unknown = unknownSizes === 0 ? "" : ` and ${unknownSizes} of unknown size${about}`;
  const free = freeBytes === null ? "" : `; ${formatBytes(freeBytes)} free`;
  return `${wanted} of ${files.length} files to fetch, ${formatBytes(missingBytes)}${unknown}, to ${to}${free}`;
}

/** Files under the folders that they go to. */
function byFolder(files: readonly PlannedFile[]): Map<string, [name: string, file: PlannedFile][]> {
  const groups = new Map<string, [string, PlannedFile][]>();
  for (const each of files) {
    const cut = each.file.path.lastIndexOf("/") + 1;
    const folder = each.file.path.slice(0, cut) || "./";
    const group = groups.get(folder) ?? [];
    group.push([each.file.path.slice(cut), each]);
    groups.set(folder, group);
  }
  return groups;
}

/** A line that is rewritten on a terminal, and written now and then elsewhere. */
export class DownloadLine {
  readonly #io: Io;
  #shown = 0;
  #width = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  update({ filesDone, files, bytesDone, bytes, bytesPerSecond, secondsLeft }: DownloadProgress): void {
    const now = Date.now();
    if (now - this.#shown < (this.#io.isTerminal ? TERMINAL_STEP_MS : LOG_STEP_MS)) return;
    if (this.#shown === 0 && !this.#io.isTerminal) {
      this.#shown = now; // what is done in a moment needs no line in a log
      return;
    }
    this.#shown = now;
    const share = bytes === null ? formatBytes(bytesDone) : `${formatBytes(bytesDone)} of ${formatBytes(bytes)}`;
    const left = secondsLeft === null ? "" : `, ${formatSpan(secondsLeft)} left`;
    const text = `${filesDone}/${files} files, ${share}, ${formatBytes(bytesPerSecond)}/s${left}`;
    this.#say(text.slice(0, this.#io.columns - 1));
  }

  /** Takes the line away. */
  end(): void {
    if (this.#io.isTerminal && this.#width > 0) this.#io.err(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }

  #say(text: string): void {
    this.#io.err(this.#io.isTerminal ? `\r${text.padEnd(this.#width)}` : `${text}\n`);
    this.#width = Math.max(this.#width, text.length);
  }
}

const TERMINAL_STEP_MS = 200;
const LOG_STEP_MS = 5000;

/** What did not end well: a wrapped line for each file, or for each reason that several files share, with their paths below. */
export function failureLines(results: readonly DownloadResult[], width: number): readonly string[] {
  const groups = new Map<string, { path: string; line: string }[]>();
  for (const { status, error, file } of results) {
    if (error === null) continue;
    const line = errorLine(error);
    const reason = `${status}: ${withoutPaths(line)}`;
    groups.set(reason, [...(groups.get(reason) ?? []), { path: file.path, line: `${status}: ${file.path}: ${line}` }]);
  }
  return [...groups].flatMap(([reason, files]) => {
    const [only] = files;
    if (only !== undefined && files.length === 1) return [wrapText(`crossprobe: ${only.line}`, width, "  ")];
    const paths = files.map(({ path }) => `\n  ${path}`).join("");
    return [`${wrapText(`crossprobe: ${files.length} files ${reason}`, width, "  ")}${paths}`];
  });
}

/** A reason with the hosts of its addresses alone: one server that is away is one reason, however many files it has. */
function withoutPaths(line: string): string {
  return line.replace(/\b(https?:\/\/[^/\s]+)\/[^\s:;]*/g, "$1");
}

/** Files that came as they should and that their reader cannot open, one wrapped line each. */
export function unreadableLines(verdicts: readonly FileVerdict[], width: number): readonly string[] {
  return verdicts.flatMap(({ error, file }) => {
    if (error === null) return [];
    const text = `crossprobe: unreadable: ${file.path}: ${errorLine(error)} (kept: it came as announced, and would come the same again)`;
    return [wrapText(text, width, "  ")];
  });
}

/** One line: how many files ended how, what came over the line, and how far the files can be trusted. */
export function summaryLine(results: readonly DownloadResult[], seconds: number): string {
  const count = (...statuses: readonly DownloadResult["status"][]) =>
    results.filter(({ status }) => statuses.includes(status)).length;
  const received = results.reduce((sum, result) => sum + result.received, 0);
  const there = results.filter(({ status }) => status === "fetched" || status === "present");
  const byTrust = ["digest", "length", "structure", "none"].flatMap((level) => {
    const number = there.filter(({ trust }) => trust === level).length;
    return number === 0 ? [] : [`${number} ${TRUST_TEXT[level]}`];
  });
  const endings = [
    `${count("fetched")} fetched`,
    `${count("present")} there before`,
    ...[
      ["failed", count("failed")] as const,
      ["set aside", count("quarantined")] as const,
      ["not to be had", count("absent")] as const,
    ].flatMap(([text, number]) => (number === 0 ? [] : [`${number} ${text}`])),
  ];
  const rate = seconds > 0 && received > 0 ? ` in ${formatSpan(seconds)}` : "";
  const trust = byTrust.length === 0 ? "" : `; ${byTrust.join(", ")}`;
  return `${endings.join(", ")}; ${formatBytes(received)} received${rate}${trust}`;
}

const TRUST_TEXT: Readonly<Record<string, string>> = {
  digest: "by digest",
  length: "by length alone",
  structure: "by structure",
  none: "unchecked",
};
