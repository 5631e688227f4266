import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ByteStore, Column } from "@crossprobe/core";
import { numberColumn, readCsv } from "@crossprobe/formats/csv";
import { readNpy } from "@crossprobe/formats/npy";
import { readParquet } from "@crossprobe/formats/parquet";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

/** An array as `file_content.json` states it. */
interface Stated {
  readonly type: string;
  readonly dtype?: string;
  readonly shape?: readonly number[];
  /** Of the little-endian bytes in C order. */
  readonly sha256?: string;
  readonly values?: unknown;
  readonly columns?: Readonly<Record<string, Stated>>;
  readonly rows?: number;
}

interface Content {
  readonly returns?: Stated;
  readonly raises?: unknown;
}

/** Files that numpy reads and crossprobe refuses, each with what it says. */
const DEVIATIONS: Readonly<Record<string, RegExp>> = {
  "zoo.bytes.npy": /not UTF-8/,
  "zoo.complex.npy": /complex numbers/,
  "zoo.datetime.npy": /datetime64/,
  "zoo.timedelta.npy": /timedelta64/,
  "zoo.headerV3.npy": /records/,
  "zoo.structured.npy": /records/,
  "zoo.object.npy": /Python objects/,
  "zoo.objectMixed.npy": /Python objects/,
  "zoo.i8.npy": /no number holds exactly/,
  "zoo.i8BigEndian.npy": /no number holds exactly/,
  "zoo.int64Big.npy": /no number holds exactly/,
  "zoo.u8.npy": /no number holds exactly/,
  "zoo.u8BigEndian.npy": /no number holds exactly/,
  // Bytes after the data may as well mean that the shape is wrong.
  "zoo.trailing.npy": /its header .* says 168/,
  // ONE gives null for a file of no bytes.
  "zoo.zeroBytes.npy": /ends within its first bytes/,
  "text.zero.csv": /empty/,
};

function contents(suffix: string): [string, Content][] {
  if (SHARED === undefined) return [];
  const file = `${SHARED}/golden/ibl/alf/expected/file_content.json`;
  const all: Record<string, Content> = JSON.parse(readFileSync(file, "utf8"));
  return Object.entries(all).filter(([name]) => name.endsWith(suffix));
}

function store(): ByteStore {
  return createStores().open(toFileUrl(`${SHARED}/golden/ibl/alf/cache/`));
}

const baseName = (key: string): string => key.slice(key.lastIndexOf("/") + 1);

/** Little-endian bytes of our values in the type that the file had. */
function hashAs(dtype: string, values: ArrayLike<number>): string {
  const view = new DataView(new ArrayBuffer(values.length * Number(dtype.slice(2))));
  const kind = dtype.slice(1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (kind === "f8") view.setFloat64(i * 8, value, true);
    else if (kind === "f4") view.setFloat32(i * 4, value, true);
    else if (kind === "i8" || kind === "u8") view.setBigUint64(i * 8, BigInt.asUintN(64, BigInt(value)), true);
    else if (kind === "i4" || kind === "u4") view.setUint32(i * 4, value, true);
    else if (kind === "i2" || kind === "u2") view.setUint16(i * 2, value, true);
    else view.setUint8(i, value);
  }
  return createHash("sha256").update(new Uint8Array(view.buffer)).digest("hex");
}

/** Values of a column or array as JSON states them: NaN is null, infinities are words, large integers texts. */
function stated(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number") return value;
  if (Number.isFinite(value)) return Math.abs(value) > 2 ** 53 && value % 1 === 0 ? String(BigInt(value)) : value;
  return Number.isNaN(value) ? null : value > 0 ? "Infinity" : "-Infinity";
}

function expectValues(actual: Column | readonly string[], { dtype, sha256, values }: Stated, name: string): void {
  if (values !== undefined) {
    const given = [values].flat(Number.POSITIVE_INFINITY).map((value) => (dtype === "|b1" ? Boolean(value) : value));
    const found = Array.from(actual as ArrayLike<unknown>, (value) =>
      dtype === "|b1" ? Boolean(value) : stated(value),
    );
    expect(found, name).toEqual(given);
  }
  // Half floats are widened, and NaN has many bit patterns: those are compared by value above.
  const isHashed = sha256 !== undefined && dtype !== undefined && !/f2$|NaN/.test(dtype);
  if (isHashed && ArrayBuffer.isView(actual) && !(actual instanceof BigInt64Array)) {
    expect(hashAs(dtype.replace(/^[>|]/, "<"), actual), `${name}: hash`).toBe(sha256);
  }
}

/** pandas' quick parser may miss the nearest double by one unit in the last place; ours does not. */
function expectNearlySame(actual: Float64Array, values: unknown, name: string): void {
  expect(Array.isArray(values) && values.length, name).toBe(actual.length);
  for (const [i, value] of (values as readonly (number | null)[]).entries()) {
    const [found = Number.NaN, expected] = [actual[i], value ?? Number.NaN];
    const isSame = Object.is(found, expected) || Math.abs(found - expected) <= Math.abs(expected) * 2 ** -52;
    expect(isSame, `${name}, row ${i}: ${found} for ${expected}`).toBe(true);
  }
}

describe.skipIf(SHARED === undefined)("formats against ONE's own reading (needs ../shared/golden)", () => {
  it.each(contents(".npy"))("%s", async (key, { returns, raises }) => {
    const deviation = DEVIATIONS[baseName(key)];
    if (deviation !== undefined || raises !== undefined) {
      const failing = expect(readNpy(store(), key)).rejects;
      await failing.toMatchObject({ code: "format", message: expect.stringMatching(deviation ?? /./) });
      return;
    }
    const array = await readNpy(store(), key);
    expect(array?.dtype).toBe(returns?.dtype);
    // ONE drops the second axis of a matrix of one column.
    const [rows, columns, ...rest] = array?.shape ?? [];
    const isColumn = columns === 1 && rest.length === 0;
    expect(isColumn ? [rows] : array?.shape).toEqual(returns?.shape);
    if (array !== undefined && returns !== undefined) expectValues(array.data, returns, key);
  });

  it.each(contents(".pqt"))("%s", async (key, { returns }) => {
    const found = await readParquet(store(), key);
    expect(found?.rowCount).toBe(returns?.rows);
    for (const [name, column] of Object.entries(returns?.columns ?? {})) {
      const actual = found?.columns.get(name);
      expect(actual, name).toBeDefined();
      if (actual !== undefined) expectValues(actual, column, name);
    }
  });

  it.each(contents(".csv"))("%s", async (key, { returns }) => {
    const deviation = DEVIATIONS[baseName(key)];
    if (deviation !== undefined) {
      await expect(readCsv(store(), key)).rejects.toMatchObject({ message: expect.stringMatching(deviation) });
      return;
    }
    const found = await readCsv(store(), key);
    expect(found).toBeDefined();
    if (found === undefined || returns?.type !== "table") return;
    expect(found.rowCount).toBe(returns.rows);
    for (const [given, column] of Object.entries(returns.columns ?? {})) {
      const name = given.startsWith("Unnamed: ") ? "" : given;
      if (name === "big") expect(() => numberColumn(found, name, key)).toThrow(/no number holds exactly/);
      else if (/^<i/.test(column.dtype ?? "")) expectValues(numberColumn(found, name, key), column, name);
      else if (/^<f/.test(column.dtype ?? "")) expectNearlySame(numberColumn(found, name, key), column.values, name);
      else expect(found.columns.has(name), name).toBe(true);
    }
  });
});

describe.skipIf(SHARED === undefined)(
  "every npy, Parquet and CSV file of the reference data (needs ../shared/golden)",
  () => {
    it("is read, or refused with a typed error", async () => {
      const all = createStores().open(toFileUrl(`${SHARED}/golden/`));
      const refused: string[] = [];
      let read = 0;
      for await (const key of all.list?.("") ?? []) {
        try {
          if (key.endsWith(".npy")) await readNpy(all, key);
          else if (key.endsWith(".csv")) await readCsv(all, key);
          else if (/\.(pqt|parquet)$/.test(key)) await readParquet(all, key);
          else continue;
          read++;
        } catch (error) {
          expect(error, key).toMatchObject({ code: expect.stringMatching(/^(format|schema)$/) });
          refused.push(key);
        }
      }
      expect(read).toBeGreaterThan(1000);
      // The zoo of broken files, and files of one byte that stand for something else.
      const unexpected = refused.filter(
        (key) => !key.includes("/zoo/") && !key.includes("/text/") && !key.includes("ibl/raw/status/"),
      );
      expect(unexpected).toEqual([]);
    });
  },
);
