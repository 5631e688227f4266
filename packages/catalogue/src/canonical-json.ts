/**
 * Plain data as JSON that depends on its values alone: keys in the order of their code units, two spaces of indentation, a newline at the
 * end. What holds nothing deeper than a list of plain values stands on one line, so that a change shows as a line.
 */
export function canonicalJson(data: unknown): string {
  return `${written(data, "")}\n`;
}

const INDENT = "  ";

function written(data: unknown, indent: string): string {
  if (!isContainer(data) || depthOf(data) <= 2) return onOneLine(data);
  const inner = indent + INDENT;
  const parts = Array.isArray(data)
    ? data.map((item) => written(item, inner))
    : entriesOf(data).map(([key, value]) => `${JSON.stringify(key)}: ${written(value, inner)}`);
  const [open, close] = Array.isArray(data) ? "[]" : "{}";
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

function onOneLine(data: unknown): string {
  if (!isContainer(data)) return JSON.stringify(data);
  if (Array.isArray(data)) return `[${data.map(onOneLine).join(", ")}]`;
  const parts = entriesOf(data).map(([key, value]) => `${JSON.stringify(key)}: ${onOneLine(value)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** Without what is undefined: JSON has no word for it. */
function entriesOf(data: object): readonly (readonly [string, unknown])[] {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => byCodeUnits(a, b));
}

function isContainer(data: unknown): data is object {
  return typeof data === "object" && data !== null;
}

/** Levels of containers; three stands for all that are deeper. Long lists are looked at no further than their first containers. */
function depthOf(data: unknown, limit = 3): number {
  if (!isContainer(data)) return 0;
  if (limit === 1) return 1;
  let deepest = 0;
  for (const value of Object.values(data)) {
    deepest = Math.max(deepest, depthOf(value, limit - 1));
    if (deepest === limit - 1) break;
  }
  return deepest + 1;
}

/** The order of texts that is the same on every machine, whatever its language. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** SHA-256 of a text in UTF-8, as hexadecimal digits. In a browser only on pages from a secure origin. */
export async function sha256Of(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
