import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseNpy } from "@crossprobe/formats/npy";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { expect } from "vitest";
import { SHARED } from "./shared.js";

/** Folder of the golden files of ALF. */
export const ALF = join(SHARED ?? "", "golden/ibl/alf");
export const cache = () => createStores().open(toFileUrl(`${join(ALF, "cache")}/`));

/** An expected file as it stands. */
export function expected<T>(name: string): T {
  return JSON.parse(readFileSync(join(ALF, "expected", `${name}.json`), "utf8")) as T;
}

export interface ExpectedArray {
  readonly type: "array";
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly nan_count?: number;
  readonly values?: unknown;
  readonly first?: unknown;
  readonly last?: unknown;
  readonly npy?: string;
}

const flat = (values: unknown): unknown[] => (Array.isArray(values) ? values.flat(Number.POSITIVE_INFINITY) : [values]);

function same(actual: unknown, wanted: unknown, where: string, tolerance: number, least: number): void {
  const value = typeof actual === "number" && Number.isNaN(actual) ? null : (actual ?? null);
  const goal =
    wanted === "Infinity" ? Number.POSITIVE_INFINITY : wanted === "-Infinity" ? Number.NEGATIVE_INFINITY : wanted;
  if (typeof goal === "number" && Number.isFinite(goal) && typeof value === "number") {
    if (Math.abs(value - goal) <= tolerance * Math.max(least, Math.abs(goal))) return;
  }
  if (typeof goal === "boolean") expect(Boolean(value), where).toBe(goal);
  else expect(value, where).toEqual(goal);
}

/**
 * Asserts values and shape of an array: to 1e-9 of the value where finite, null where null.
 *
 * @param least values below it, such as differences of larger ones, are held to the tolerance of this
 */
export function expectArray(
  actual: { readonly data: ArrayLike<unknown>; readonly shape?: readonly number[] | undefined } | undefined,
  wanted: ExpectedArray,
  where: string,
  tolerance = 1e-9,
  least = 0,
): void {
  expect(actual, where).toBeDefined();
  if (actual === undefined) return;
  expect(actual.shape ?? [actual.data.length], where).toEqual(wanted.shape);
  const nan = Array.from(actual.data).filter((value) => typeof value === "number" && Number.isNaN(value)).length;
  if (wanted.nan_count !== undefined) expect(nan, `${where}: NaN`).toBe(wanted.nan_count);
  const compare = (values: ArrayLike<unknown>, from: number) => {
    for (let i = 0; i < values.length; i++)
      same(actual.data[from + i], nullable(values[i]), `${where}[${from + i}]`, tolerance, least);
  };
  if (wanted.values !== undefined) {
    compare(flat(wanted.values), 0);
  } else if (wanted.npy !== undefined) {
    compare(parseNpy(readFileSync(join(ALF, "expected", wanted.npy)), wanted.npy).data, 0);
  } else {
    compare(flat(wanted.first ?? []), 0);
    const last = flat(wanted.last ?? []);
    compare(last, actual.data.length - last.length);
  }
}

const nullable = (value: unknown): unknown => (typeof value === "number" && Number.isNaN(value) ? null : value);
