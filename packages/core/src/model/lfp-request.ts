import { QueryError } from "../errors.js";
import type { LfpRequest } from "./lfp.js";
import { formatRef, type ProbeRef } from "./ref.js";

/**
 * Refuses what is no question to an LFP source, before anything is read; callers without types may give anything.
 *
 * @throws {@link QueryError} when there is no request, or it asks by time and by samples at once
 */
export function checkLfpRequest(request: LfpRequest | undefined, probe: ProbeRef): void {
  if (typeof request !== "object" || request === null) {
    throw new QueryError(`the signal of ${formatRef(probe)} was asked for without saying what of it`, {
      hint: "give { time: { start, stop } } or { samples: [start, stop] }; {} asks for everything",
    });
  }
  if (request.time !== undefined && request.samples !== undefined) {
    throw new QueryError(`the signal of ${formatRef(probe)} was asked for by time and by samples at once`, {
      hint: "give one of them",
    });
  }
}
