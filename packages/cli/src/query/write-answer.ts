import type { Answer } from "@crossprobe/catalogue";
import type { Io } from "../io.js";
import { toJson } from "../output/json.js";
import { checkWritable, writeStreamed } from "../output/write-file.js";
import { writeJson } from "./answer-json.js";
import { rowsOf } from "./answer-rows.js";
import { answerTable } from "./answer-table.js";
import { type AnswerCoverage, coverageText } from "./coverage.js";
import { encodeRows, type WritePiece } from "./encode-rows.js";
import type { QueryOutput } from "./output-options.js";

/** Writes rows to where they were asked for; the coverage goes with them, or beside them where the format has no place for it. */
export async function writeAnswer(
  io: Io,
  output: QueryOutput,
  answer: Answer,
  coverage: AnswerCoverage,
): Promise<void> {
  const { format, path, plots = [] } = output;
  const { question } = answer;
  const rows = await rowsOf(answer, { signal: io.signal });
  const text = () => coverageText(question, coverage, io.columns);
  if (format === "table") {
    const isListed = rows.total > 0 && plots.length === 0;
    const listing = isListed ? `${await answerTable(question, rows, io.columns, io)}\n` : "";
    io.out(`${listing}${text()}`);
    if (plots.length > 0) io.err(`Drawn in ${plots.join(" and ")}.\n`);
    return;
  }
  const rest = { ...coverage, question, ...(plots.length > 0 && { plots }) };
  const encode = (write: WritePiece, isStream: boolean) =>
    format === "json"
      ? writeJson(rows, rest, write, io)
      : encodeRows(format, { answer, rows, write, isStream, signal: io.signal });
  if (path === undefined) {
    await encode((piece) => (typeof piece === "string" ? io.out(piece) : io.outBytes(piece)), true);
    if (format !== "json") io.err(text());
    return;
  }
  await checkWritable([path]);
  await writeStreamed([path], (write) => encode((piece) => write(path, piece), false));
  if (output.isReported) io.out(toJson({ ...rest, out: path }));
  else io.err(`${text()}Written to ${path}.\n`);
}
