import { isDataError } from "@crossprobe/core";

/** One line that names the thing, the place and the next step. */
export function errorLine(error: unknown): string {
  if (!isDataError(error)) return oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const place =
    "url" in error && typeof error.url === "string" && !error.message.includes(error.url) ? ` (${error.url})` : "";
  const next = error.hint ? `; ${error.hint.replace(/\.$/, "")}` : "";
  return oneLine(`${error.message.replace(/\.$/, "")}${place}${next}`);
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
