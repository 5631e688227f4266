import { formatRef, type Ref } from "@crossprobe/core";

/**
 * One JSON document, two spaces deep: references in their written form, typed arrays as lists. NaN in a typed array (a value
 * that was not recorded) becomes null; anywhere else NaN and infinity are refused.
 */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, replace, 2)}\n`;
}

function replace(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${key} is ${value}: no JSON number`);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, (item) => nanToNull(item));
  return isRef(value) ? formatRef(value) : value;
}

function nanToNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function isRef(value: unknown): value is Ref {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 3 && "dataset" in value && "kind" in value && "id" in value;
}
