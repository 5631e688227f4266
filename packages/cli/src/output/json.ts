import { formatRef, type Ref } from "@crossprobe/core";

/** One JSON document, two spaces deep: references in their written form, NaN and infinity refused, typed arrays as lists. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, replace, 2)}\n`;
}

function replace(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${key} is ${value}: no JSON number`);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return isRef(value) ? formatRef(value) : value;
}

function isRef(value: unknown): value is Ref {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 3 && "dataset" in value && "kind" in value && "id" in value;
}
