import { parseRef } from "@crossprobe/core";

/** `1 onset`, `2 onsets`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

/** What references name, by kind: `2 probes`, `1 session and 2 probes`. */
export function countedRefs(refs: readonly string[]): string {
  const kinds = new Map<string, number>();
  for (const ref of refs) kinds.set(parseRef(ref).kind, (kinds.get(parseRef(ref).kind) ?? 0) + 1);
  return [...kinds].map(([kind, count]) => counted(count, kind)).join(" and ");
}

/** Up to a few spans of seconds, each once, to a hundredth: `0 to 75.2 s, 0 to 100 s`. */
export function spansText(spans: readonly { readonly start: number; readonly stop: number }[]): string {
  const texts = [...new Set(spans.map(({ start, stop }) => `${hundredths(start)} to ${hundredths(stop)} s`))];
  const more = texts.length - MOST_SPANS;
  return texts.slice(0, MOST_SPANS).join(", ") + (more > 0 ? ` and ${counted(more, "other span")}` : "");
}

const MOST_SPANS = 4;

/** `300 s`, or `296.4 to 300 s` where they differ. */
export function lengthText({ least, most }: { readonly least: number; readonly most: number }): string {
  const [low, high] = [hundredths(least), hundredths(most)];
  return low === high ? `${low} s` : `${low} to ${high} s`;
}

function hundredths(seconds: number): string {
  return String(Number(seconds.toFixed(2)));
}
