import { BINARY, I32, I64, int, LIST, list, STRUCT, struct, text } from "./thrift.js";

const CODECS = { none: 0, snappy: 1, gzip: 2, brotli: 4, zstd: 6 } as const;
const TYPES = { int32: 1, bytes: 6 } as const;
const ENCODINGS = { plain: 0, runs: 3, deltaBytes: 7, dictionary: 8 } as const;

export interface Page {
  /** A dictionary, or a data page of version 1. */
  readonly kind: "dictionary" | "data";
  readonly values: number;
  readonly encoding: keyof typeof ENCODINGS;
  readonly stored: Uint8Array;
  /** Bytes that it says it stands for. */
  readonly claims: number;
}

export interface ParquetClaims {
  readonly type: keyof typeof TYPES;
  readonly codec: keyof typeof CODECS;
  readonly rows: number;
  /** Of all pages, uncompressed. */
  readonly claims: number;
  readonly pages: readonly Page[];
}

/** A Parquet file of one column `x`, which says whatever it is told to say. Source: parquet.thrift of parquet-format. */
export function parquetFile({ type, codec, rows, claims, pages }: ParquetClaims): Uint8Array {
  const parts = pages.map((page) => ({ page, bytes: pageBytes(page) }));
  const stored = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const dictionary = parts[0]?.page.kind === "dictionary" ? (parts[0]?.bytes.length ?? 0) : 0;
  const meta = struct(
    [1, I32, int(TYPES[type])],
    [2, LIST, list(I32, pages.map(({ encoding }) => int(ENCODINGS[encoding])))], // biome-ignore format: one field a line
    [3, LIST, list(BINARY, [text("x")])],
    [4, I32, int(CODECS[codec])],
    [5, I64, int(rows)],
    [6, I64, int(claims)],
    [7, I64, int(stored)],
    [9, I64, int(4 + dictionary)],
    ...(dictionary > 0 ? [[11, I64, int(4)] as const] : []),
  );
  const group = struct(
    [1, LIST, list(STRUCT, [struct([2, I64, int(4)], [3, STRUCT, meta])])],
    [2, I64, int(claims)],
    [3, I64, int(rows)],
  );
  const schema = [
    struct([4, BINARY, text("schema")], [5, I32, int(1)]),
    struct([1, I32, int(TYPES[type])], [3, I32, int(0)], [4, BINARY, text("x")]),
  ];
  const footer = struct(
    [1, I32, int(1)],
    [2, LIST, list(STRUCT, schema)],
    [3, I64, int(rows)],
    [4, LIST, list(STRUCT, [group])],
  );
  return withFooter(footer, Buffer.concat(parts.map(({ bytes }) => bytes)));
}

/** A file whose footer is these bytes. */
export function withFooter(footer: readonly number[], pages: Uint8Array = new Uint8Array()): Uint8Array {
  const trailer = Buffer.from("0000PAR1");
  trailer.writeUInt32LE(footer.length, 0);
  return new Uint8Array(Buffer.concat([Buffer.from("PAR1"), pages, Uint8Array.from(footer), trailer]));
}

function pageBytes({ kind, values, encoding, stored, claims }: Page): Uint8Array {
  const code = int(ENCODINGS[encoding]);
  const details =
    kind === "dictionary"
      ? ([7, STRUCT, struct([1, I32, int(values)], [2, I32, code])] as const)
      : ([5, STRUCT, struct([1, I32, int(values)], [2, I32, code], [3, I32, int(3)], [4, I32, int(3)])] as const);
  const type = kind === "dictionary" ? 2 : 0;
  const header = struct([1, I32, int(type)], [2, I32, int(claims)], [3, I32, int(stored.length)], details);
  return Buffer.concat([Uint8Array.from(header), stored]);
}
