import { QueryError } from "@crossprobe/core";
import { checkChannel, type LinearMap, sparseMap } from "./linear-map.js";

export interface ReReferenceOptions {
  /** Channels whose mean is subtracted. */
  readonly reference: readonly number[];
  /** Channels to give, in the order wanted; all if not given. */
  readonly channels?: readonly number[] | undefined;
  /** Only the mean is a linear map. `"median"` is refused. */
  readonly statistic?: "mean" | "median" | undefined;
}

/**
 * Subtracts the mean of some channels from each channel.
 *
 * @throws {@link QueryError} for no or foreign reference channels, or for the median, which is not linear
 */
export function reReferenceMap(channelCount: number, options: ReReferenceOptions): LinearMap {
  if (options.statistic === "median") {
    throw new QueryError("a median reference is not linear: it cannot be taken on factors", {
      hint: "use the mean, or read the samples and subtract the median of each",
    });
  }
  const reference = [...new Set(options.reference)].sort((a, b) => a - b);
  for (const channel of reference) checkChannel(channel, channelCount);
  if (reference.length === 0)
    throw new QueryError("a re-reference to no channels is none", { hint: "name the channels of the reference" });
  if (reference.length !== options.reference.length) {
    throw new QueryError("reference channels are given more than once", { hint: "give each once" });
  }
  const share = -1 / reference.length;
  const wanted = options.channels ?? Array.from({ length: channelCount }, (_, channel) => channel);
  const columns = wanted.map((channel) => {
    checkChannel(channel, channelCount);
    const weights = new Map(reference.map((other) => [other, share]));
    weights.set(channel, 1 + (weights.get(channel) ?? 0));
    return { name: `ch ${channel}`, entries: [...weights] };
  });
  return sparseMap(channelCount, columns, `re-reference to ${reference.length} channels`);
}
