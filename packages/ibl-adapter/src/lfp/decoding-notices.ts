import type { Notice } from "@crossprobe/core";
import type { DecodedChunk } from "./decode-chunk.js";
import { partBySaturation } from "./zero-spans.js";

type Span = readonly [start: number, stop: number];

/** Counts what was odd in the chunks decoded so far; a chunk counts once however often it is read. */
export class DecodingNotices {
  readonly #where: string;
  readonly #saturated: readonly Span[];
  readonly #seen = new Set<number>();
  #nonFinite = 0;
  #dropouts = 0;
  #zeros = 0;

  /** @param saturated sample spans whose silence the saturation table explains */
  constructor(where: string, saturated: readonly Span[]) {
    this.#where = where;
    this.#saturated = saturated;
  }

  /** @param firstSample number of the chunk's first sample in the recording */
  add(index: number, firstSample: number, { audit }: DecodedChunk): void {
    if (this.#seen.has(index)) return;
    this.#seen.add(index);
    this.#nonFinite += audit.nonFiniteValues;
    if (audit.isCodecDropout) this.#dropouts++;
    else
      for (const [start, stop] of audit.zeroRuns)
        this.#zeros += this.#unexplained(firstSample + start, firstSample + stop);
  }

  #unexplained(start: number, stop: number): number {
    const parts = partBySaturation([start, stop], "unknown", this.#saturated);
    return parts.reduce((sum, part) => sum + (part.kind === "saturated" ? 0 : part.stop - part.start), 0);
  }

  list(): readonly Notice[] {
    const notices = [
      {
        code: "non-finite-values",
        message: "values decoded as NaN or infinite and are given as 0, as the reference reader does",
        count: this.#nonFinite,
      },
      {
        code: "codec-dropout",
        message:
          "chunks lost all their coefficients in the encoder (lfpack 0.2 and before): they decode to 0, which is no signal",
        count: this.#dropouts,
      },
      {
        code: "zero-samples",
        message:
          "samples are exactly 0 on every channel and no saturated span explains it: the signal was silent before compression, or why is not known",
        count: this.#zeros,
      },
    ];
    return notices.filter(({ count }) => count > 0).map((notice) => ({ ...notice, where: this.#where }));
  }
}
