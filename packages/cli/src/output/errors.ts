import { type DataErrorCode, isDataError } from "@crossprobe/core";
import { withLocalPaths } from "./local-paths.js";

/** What to try where an error does not say. */
const NEXT_STEPS: Partial<Record<DataErrorCode, string>> = {
  schema: "is it the file you meant? crossprobe inspect lists what is in it",
  format: "fetch the file again, or mend it",
  store: "check the place and the connection, then try again",
};

/** One line that names the thing, the place and the next step. */
export function errorLine(error: unknown): string {
  if (!isDataError(error)) return oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const place =
    "url" in error && typeof error.url === "string" && !error.message.includes(error.url) ? ` (${error.url})` : "";
  const next = error.hint ?? NEXT_STEPS[error.code];
  return withLocalPaths(oneLine(`${error.message.replace(/\.$/, "")}${place}${next ? `; ${asClause(next)}` : ""}`));
}

/** A sentence as it stands after a semicolon. */
function asClause(sentence: string): string {
  return sentence.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}

/** The error with its stack and every cause beneath it. */
export function errorDetails(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current !== undefined; current = current instanceof Error ? current.cause : undefined) {
    parts.push(current instanceof Error ? (current.stack ?? current.message) : String(current));
  }
  return parts.join("\ncaused by: ");
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}
