import type { ReadPlan } from "./read-plan.js";
import type { ResolvedRead } from "./read-request.js";

/** A plan in a few lines for people: what is done in which order and why, and what it costs. */
export function explainPlan(plan: ReadPlan, { map, filter }: ResolvedRead): string {
  const { samples, columns, chunks, rank, halo } = plan;
  const count = chunks[1] - chunks[0];
  const lines = [
    `${number(samples[1] - samples[0])} samples of ${columns} columns from ${count} chunk${count === 1 ? "" : "s"}` +
      ` of rank ${Number(rank.mean.toFixed(1))}${rank.known ? "" : " (supposed: format 1 does not say before reading)"}`,
  ];
  if (map !== null) {
    const where = plan.mapOn === "samples" ? "decoded samples" : "channel factors";
    lines.push(`map "${map.name}" (${number(map.weights.length)} weights) on ${where}`);
  }
  if (filter !== null) {
    const kind = filter.kind === "fir" ? `${filter.taps.length} taps` : `${filter.sections.length} sections, both ways`;
    const where = plan.filterOn === "samples" ? "decoded columns" : "time courses of each chunk";
    lines.push(`filter (${kind}; reaches ${number(halo)} samples) on ${where}`);
  }
  lines.push(costs(plan));
  const coded =
    plan.codedBytes === null ? `stored bytes not known (${plan.codedBytesUnknown})` : `${size(plan.codedBytes)} coded`;
  lines.push(
    `${coded}, ${size(plan.decodedBytes)} decoded, ${size(plan.resultBytes)} result, at most ${size(plan.peakBytes)} at once`,
  );
  return lines.join("\n");
}

function costs({ multiplyAdds: { chosen, other }, mapOn, filterOn }: ReadPlan): string {
  const own = `${number(chosen)} multiply-adds after decoding`;
  if (other === null) return own;
  const isFactors = filterOn === null ? mapOn === "factors" : filterOn === "courses";
  return `${own}, against ${number(other)} ${isFactors ? "on decoded samples" : "on factors"}`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function size(bytes: number): string {
  if (bytes < 2 ** 20) return `${Number((bytes / 2 ** 10).toFixed(1))} KiB`;
  return `${Number((bytes / 2 ** 20).toFixed(1))} MiB`;
}
