import { expect } from "vitest";
import type { DatasetAdapter } from "../../adapter.js";
import { type DataErrorCode, isDataError } from "../../errors.js";
import { parseRef, type RefKind } from "../../model/ref.js";
import type { AdapterSubject, Near } from "../adapter-subject.js";

/** Makes a fresh adapter, runs the body, disposes of it whatever happens. */
export async function withAdapter<Value>(
  subject: AdapterSubject,
  body: (adapter: DatasetAdapter) => Promise<Value>,
): Promise<Value> {
  const adapter = subject.plugin.create({ stores: subject.stores() });
  try {
    return await body(adapter);
  } finally {
    adapter.dispose?.();
  }
}

/** The fixture's reference, which must be of the kind and dataset that it is used as. */
export function knownRef<Kind extends RefKind>(subject: AdapterSubject, text: string, kind: Kind) {
  const ref = parseRef(text, kind);
  expect(ref.dataset, "dataset of a known reference").toBe(subject.plugin.id);
  return ref;
}

export async function expectDataError(work: Promise<unknown>, code: DataErrorCode, what: string): Promise<void> {
  const outcome = await work.then(
    () => ({ resolved: true, error: undefined as unknown }),
    (error: unknown) => ({ resolved: false, error }),
  );
  expect(outcome.resolved, `${what} should be refused`).toBe(false);
  const found = isDataError(outcome.error) ? outcome.error.code : String(outcome.error);
  expect(found, `${what}: kind of error`).toBe(code);
}

export function expectNear(found: number | undefined, near: Near, what: string): void {
  expect(found, what).toBeTypeOf("number");
  const distance = Math.abs((found ?? Number.NaN) - near.value);
  expect(distance <= near.within, `${what}: ${found} for ${near.value} ± ${near.within}`).toBe(true);
}

/** Values that stand for "absent" in source files and must never come through. */
const SENTINEL_TEXT = new Set(["", "null", "None", "N/A", "nan", "NaN", "root", "void", "none"]);
const SENTINEL_NUMBERS = new Set([-1, -1000]);

/** No text or number of a row is a sentinel; `signed` names number fields that may be −1 in earnest. */
export function expectNoSentinel(row: object, what: string, signed: readonly string[] = []): void {
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    if (typeof value === "string")
      expect(SENTINEL_TEXT.has(value), `${what}.${name} is the sentinel "${value}"`).toBe(false);
    else if (typeof value === "number") {
      expect(Number.isFinite(value), `${what}.${name} is ${value}`).toBe(true);
      if (!signed.includes(name))
        expect(SENTINEL_NUMBERS.has(value), `${what}.${name} is the sentinel ${value}`).toBe(false);
    } else if (typeof value === "object") expectNoSentinel(value, `${what}.${name}`, signed);
  }
}

/** The array ascends (`strictly`: without repeats) and every value is finite. */
export function expectAscending(values: ArrayLike<number>, what: string, strictly = false): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) expect.fail(`${what}[${i}] is ${value}`);
    const before = values[i - 1];
    if (before !== undefined && (strictly ? value <= before : value < before)) {
      expect.fail(`${what}[${i}] = ${value} comes after ${before}`);
    }
  }
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const result: Item[] = [];
  for await (const item of items) result.push(item);
  return result;
}
