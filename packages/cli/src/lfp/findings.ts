import type { Notice } from "@crossprobe/core";
import { noteNotices } from "../commands/notices.js";
import { formatNumber } from "../output/table.js";
import type { InvalidSpan, LfpSignal } from "./lfp-signal.js";
import type { SignalContext } from "./lfp-target.js";
import { invalidMask, spansWithin } from "./signal-text.js";

/** Spans that are written out one by one; of more, how many there are. */
const MOST_SHOWN = 8;

/** What is known of a piece before it is read. */
export interface Known {
  readonly samples: readonly [start: number, stop: number];
  readonly spans: readonly InvalidSpan[];
  readonly notices: readonly Notice[];
}

/** Says what is known of a piece before it is read. */
export async function noteKnown(
  signal: LfpSignal,
  context: SignalContext,
  samples: readonly [start: number, stop: number],
): Promise<Known> {
  const spans = spansWithin(await signal.invalidSpans({ signal: context.io.signal }), samples);
  noteSpans(context, spans);
  return { samples, spans, notices: signal.notices };
}

/** Says what only reading showed. @returns every span of the piece that must not be used */
export async function noteFound(
  signal: LfpSignal,
  context: SignalContext,
  { samples, spans: known, notices: before }: Known,
): Promise<readonly InvalidSpan[]> {
  const isKnown = (span: InvalidSpan) =>
    known.some(({ kind, start, stop }) => kind === span.kind && start === span.start && stop === span.stop);
  const spans = spansWithin(await signal.invalidSpans({ signal: context.io.signal }), samples);
  noteSpans(
    context,
    spans.filter((span) => !isKnown(span)),
  );
  const isOld = (notice: Notice) => before.some(({ code, count }) => code === notice.code && count === notice.count);
  noteNotices(
    context,
    signal.notices.filter((notice) => !isOld(notice)),
  );
  return spans;
}

function noteSpans({ note }: SignalContext, spans: readonly InvalidSpan[]): void {
  for (const { kind, start, stop } of spans.slice(0, MOST_SHOWN))
    note(`note: ${kind} from ${formatNumber(start, 7)} to ${formatNumber(stop, 7)} s, do not use`);
  if (spans.length > MOST_SHOWN) note(`note: and ${spans.length - MOST_SHOWN} more spans, do not use`);
}

/** How many samples of a piece each kind of span touches: ` (30 saturated, 246 unknown)`; nothing without spans. */
export function kindsText(spans: readonly InvalidSpan[], samples: readonly [start: number, stop: number]): string {
  const counts = [...new Set(spans.map(({ kind }) => kind))].map((kind) => {
    const mask = invalidMask(
      spans.filter((span) => span.kind === kind),
      samples,
    );
    return `${mask.reduce((sum, isInvalid) => sum + isInvalid, 0)} ${kind}`;
  });
  return counts.length === 0 ? "" : ` (${counts.join(", ")})`;
}
