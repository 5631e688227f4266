import type { Condition } from "@crossprobe/core";
import { InvalidArgumentError } from "commander";

const AXES = ["ap", "dv", "ml"] as const;
const NUMBER = "-?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?";

/** Parser of `--box ap:5000:6000,dv:0:3000`: inclusive bounds in micrometres of the CCF; axes that are not named are free. */
export function parseBox(text: string): Condition {
  const spans = new Map<string, readonly [number, number]>();
  for (const part of text.split(",")) {
    const found = new RegExp(`^\\s*(ap|dv|ml)\\s*:\\s*(${NUMBER})\\s*:\\s*(${NUMBER})\\s*$`, "i").exec(part);
    const [axis, low, high] = [found?.[1]?.toLowerCase(), Number(found?.[2]), Number(found?.[3])];
    if (axis === undefined) {
      throw new InvalidArgumentError(`"${part}" is no span. Write ap:<from>:<to> in micrometres, with commas between.`);
    }
    if (spans.has(axis)) throw new InvalidArgumentError(`${axis} has two spans.`);
    if (low > high) throw new InvalidArgumentError(`${axis} goes from ${low} to ${high}: put the lower one first.`);
    spans.set(axis, [low, high]);
  }
  return { inBox: Object.fromEntries(AXES.flatMap((axis) => spanOf(spans, axis))) };
}

function spanOf(spans: ReadonlyMap<string, readonly [number, number]>, axis: (typeof AXES)[number]) {
  const span = spans.get(axis);
  return span === undefined ? [] : [[axis, span] as const];
}

/** Parser of `--near 7500,1800,4200,300`: a point of the CCF and a distance, micrometres. */
export function parseNear(text: string): Condition {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [ap = Number.NaN, dv = Number.NaN, ml = Number.NaN, withinUm = Number.NaN] = parts;
  if (parts.length !== 4 || parts.some((value) => !Number.isFinite(value)) || withinUm <= 0) {
    throw new InvalidArgumentError("Write <ap>,<dv>,<ml>,<distance> in micrometres, such as 7500,1800,4200,300.");
  }
  return { near: { ap, dv, ml, withinUm } };
}

/** Parser of `--age 90:120`: days, inclusive, either end may be left out. */
export function parseAge(text: string): Condition {
  const [, low = "", high = ""] = new RegExp(`^\\s*(${NUMBER})?\\s*:\\s*(${NUMBER})?\\s*$`, "i").exec(text) ?? [];
  if (low === "" && high === "")
    throw new InvalidArgumentError("Write <from>:<to> in days, such as 90:120, 90: or :120.");
  const bounds = { ...(low !== "" && { min: Number(low) }), ...(high !== "" && { max: Number(high) }) };
  if (low !== "" && high !== "" && Number(low) > Number(high)) {
    throw new InvalidArgumentError(`No age lies from ${low} to ${high} days: put the lower one first.`);
  }
  return { column: "ageDays", ...bounds };
}
