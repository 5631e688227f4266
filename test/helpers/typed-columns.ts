import {
  createTypedParquetWriter,
  type TypedColumn,
  type TypedNumberType,
  type TypedParquetType,
} from "@crossprobe/formats/parquet";
import { seededRandom } from "./format-fixtures.js";

export type Row = number | string | boolean | null;

/** Rows as they are meant, in the order of the file, beside the typed columns that hold them. */
export interface TypedExample {
  readonly schema: ReadonlyMap<string, TypedParquetType>;
  readonly columns: ReadonlyMap<string, TypedColumn>;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

/** Numbers whose absence is NaN. */
export function numbers(type: TypedNumberType, rows: readonly Row[]): TypedColumn {
  return { kind: "number", type, values: Float64Array.from(rows, (row) => (typeof row === "number" ? row : NaN)) };
}

export function flags(rows: readonly Row[]): TypedColumn {
  return { kind: "flag", values: Uint8Array.from(rows, (row) => (row === null ? 2 : row === true ? 1 : 0)) };
}

export function text(rows: readonly Row[]): TypedColumn {
  const pieces = rows.map((row) => new TextEncoder().encode(row === null ? "" : String(row)));
  const offsets = new Uint32Array(rows.length + 1);
  for (const [i, piece] of pieces.entries()) offsets[i + 1] = (offsets[i] ?? 0) + piece.length;
  const bytes = new Uint8Array(offsets.at(-1) ?? 0);
  for (const [i, piece] of pieces.entries()) bytes.set(piece, offsets[i]);
  return { kind: "text", offsets, bytes };
}

/** Codes of these texts, the first of which has code 1. */
export function codes(rows: readonly Row[], texts: readonly string[]): TypedColumn {
  const known = new Map<Row, number>(texts.map((each, i) => [each, i + 1]));
  const values = Array.from(rows, (row) => (row === null ? 0 : (known.get(row) ?? Number.NaN)));
  const make = texts.length < 256 ? Uint8Array : texts.length < 65_536 ? Uint16Array : Uint32Array;
  return { kind: "code", codes: make.from(values), texts: ["", ...texts] };
}

/** Every kind of column: with and without gaps, with none but gaps, in long runs, with the ends of what its type holds. */
export function typedExample(rowCount: number, seed = 5): TypedExample {
  const random = seededRandom(seed);
  const make = (row: (i: number) => Row): Row[] => Array.from({ length: rowCount }, (_, i) => row(i));
  const gaps = (row: (i: number) => Row): Row[] => make((i) => (random() < 0.3 ? null : row(i)));
  const many = Array.from({ length: 700 }, (_, i) => `région ${(i * 7919) % 700}`);
  const few = ["VISp", "CA1", "", "中", "😀 a text that is longer than statistics keep"];
  const pick = (list: readonly string[]) => (): Row => list[Math.floor(random() * list.length)] ?? null;
  const edges = [0, -0, 5e-324, -Number.MAX_VALUE, Infinity, -Infinity, 0.1, 2 ** 53];
  const table: [string, TypedParquetType, Row[], (rows: readonly Row[]) => TypedColumn][] = [
    ["double", "double", make((i) => edges[i] ?? random() * 1e3 - 500), (rows) => numbers("double", rows)],
    ["double gaps", "double", gaps((i) => edges[i % 8] ?? 0), (rows) => numbers("double", rows)],
    // The second half lacks it.
    ["double late", "double", make((i) => (i * 2 < rowCount ? i : null)), (rows) => numbers("double", rows)],
    ["float", "float", gaps(() => Math.fround(random() * 1e6)), (rows) => numbers("float", rows)],
    ["int32", "int32", gaps((i) => [-(2 ** 31), 2 ** 31 - 1][i] ?? i - 50), (rows) => numbers("int32", rows)],
    ["int32 whole", "int32", make((i) => i), (rows) => numbers("int32", rows)],
    [
      ...(["int64", "int64"] as const),
      gaps((i) => [-(2 ** 53) + 1, 2 ** 53 - 1, -1, -(2 ** 32)][i] ?? i * 1e10),
      (rows) => numbers("int64", rows),
    ],
    ["flag", "boolean", make(() => random() < 0.5), flags],
    ["flag gaps", "boolean", gaps(() => random() < 0.5), flags],
    ["few", "string", gaps(pick(few)), (rows) => codes(rows, few)],
    ["many", "string", gaps(pick(many)), (rows) => codes(rows, many)],
    ["runs", "string", make((i) => many[Math.floor(i / 100) % 700] ?? null), (rows) => codes(rows, many)],
    ["only", "string", gaps(() => "only"), (rows) => codes(rows, ["only"])],
    ["text", "string", gaps((i) => `unit ${"é".repeat(i % 9)} ${i}`), text],
    ["text whole", "string", make((i) => `${i}-`.padEnd(36, "x")), text],
    ["no number", "double", make(() => null), (rows) => numbers("double", rows)],
    ["no code", "string", make(() => null), (rows) => codes(rows, few)],
    ["no text", "string", make(() => null), text],
    ["absent", "boolean", make(() => null), () => ({ kind: "absent" })],
  ];
  return {
    schema: new Map(table.map(([name, type]) => [name, type])),
    columns: new Map(table.map(([name, , rows, column]) => [name, column(rows)])),
    rows: new Map(table.map(([name, , rows]) => [name, rows])),
  };
}

/** The example as a file whose row groups begin at these rows. */
export function encodeExample(
  { schema, columns, rows }: TypedExample,
  starts: readonly number[] = [0],
  metadata: ReadonlyMap<string, string> = new Map([["made by", "crossprobe"]]),
): Uint8Array {
  const writer = createTypedParquetWriter(schema, metadata);
  const rowCount = [...rows.values()][0]?.length ?? 0;
  const groups = starts.map((start, i) => writer.writeGroup(columns, start, starts[i + 1] ?? rowCount));
  const parts = [...groups, writer.finish()];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
