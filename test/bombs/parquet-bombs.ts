import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Bomb } from "./bombs.js";
import { parquetFile, withFooter } from "./parquet-file.js";
import { BINARY, I32, I64, int, LIST, list, STRUCT, struct, text, varint } from "./thrift.js";

const MIB = 2 ** 20;
const zeros = new Uint8Array(64 * MIB);

/** A page that says it stands for 4000 bytes. */
const page = (stored: Uint8Array, claims = 4000) =>
  ({ kind: "data", values: 1000, encoding: "plain", stored, claims }) as const;
const int32 = { type: "int32", rows: 1000 } as const;

/** A zstd frame of blocks that repeat one byte 128 Ki times. Source: RFC 8878, 3.1.1. */
function zstdRuns(blocks: number): Uint8Array {
  const run = (isLast: boolean) => [...littleEndian(((128 * 1024) << 3) | (1 << 1) | (isLast ? 1 : 0), 3), 0];
  const body = Array.from({ length: blocks }, (_, i) => run(i === blocks - 1)).flat();
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ...body]);
}

/** A zstd frame that claims a content of its own size. */
const zstdClaim = (bytes: number) =>
  Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...littleEndian(bytes, 4), 1, 0, 0]);

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** So many texts, each the one before and a letter: 20 GB. Both lists of lengths are one block without any bits. */
function growingTexts(count: number): Uint8Array {
  const lengths = (first: number, step: number) => [
    ...[...varint(2 ** 20), ...varint(1), ...varint(count)],
    ...[...int(first), ...int(step), 0],
  ];
  return Uint8Array.from([...lengths(0, 1), ...lengths(1, 0), ...new Uint8Array(count)]);
}

/** Lists that claim 30 million lists, the first of which claims as many. */
function listsInLists(depth: number): number[] {
  const inner: number[] = [];
  for (let i = 0; i < depth; i++) inner.push((15 << 4) | LIST, ...varint(30_000_000));
  return [(2 << 4) | LIST, ...inner];
}

const nested = (depth: number): number[] => Array<number>(depth).fill((1 << 4) | STRUCT);

/** A schema in which each element holds the next. */
function deepSchema(depth: number): number[] {
  const elements = Array.from({ length: depth }, () => struct([4, BINARY, text("a")], [5, I32, int(1)]));
  return struct(
    [1, I32, int(1)],
    [2, LIST, list(STRUCT, [...elements, struct([1, I32, int(1)], [4, BINARY, text("a")])])],
    [3, I64, int(0)],
    [4, LIST, list(STRUCT, [])],
  );
}

function footerOf(claimed: number): Uint8Array {
  const file = Buffer.from(withFooter([0]));
  file.writeUInt32LE(claimed, file.length - 8);
  return new Uint8Array(file);
}

const run = Uint8Array.from([1, ...varint(2 ** 31), 0]);

export const PARQUET_BOMBS: readonly Bomb[] = [
  {
    name: "a footer longer than its file",
    kind: "parquet",
    bytes: () => footerOf(0xffffffff),
    says: /4294967295.*limit/,
  },
  {
    name: "a footer of lists in lists, each said to be long",
    kind: "parquet",
    bytes: () => withFooter(listsInLists(20)),
    says: /30000000.*limit/,
  },
  {
    name: "a footer nested 100 000 deep",
    kind: "parquet",
    bytes: () => withFooter(nested(100_000)),
    says: /deeper than the limit of 32/,
  },
  {
    name: "a schema 20 000 deep",
    kind: "parquet",
    bytes: () => withFooter(deepSchema(20_000)),
    says: /deeper than the limit of 64/,
  },
  {
    name: "a thousand million rows in one run",
    kind: "parquet",
    bytes: () =>
      parquetFile({
        ...{ type: "int32", codec: "none", rows: 2 ** 30, claims: 100 },
        pages: [
          { kind: "dictionary", values: 1, encoding: "plain", stored: new Uint8Array(4), claims: 4 },
          { kind: "data", values: 2 ** 30, encoding: "dictionary", stored: run, claims: run.length },
        ],
      }),
    says: /claims 1073741824 values.*limit/,
  },
  {
    name: "the same, one text column read as codes",
    kind: "parquet-texts",
    bytes: () =>
      parquetFile({
        ...{ type: "bytes", codec: "none", rows: 2 ** 30, claims: 100 },
        pages: [
          { kind: "dictionary", values: 1, encoding: "plain", stored: new Uint8Array(4), claims: 4 },
          { kind: "data", values: 2 ** 30, encoding: "dictionary", stored: run, claims: run.length },
        ],
      }),
    says: /claims 1073741824 values.*limit/,
  },
  {
    name: "a run longer than its page says",
    kind: "parquet",
    bytes: () =>
      parquetFile({
        ...{ type: "int32", codec: "none", rows: 1000, claims: 100 },
        pages: [
          { kind: "dictionary", values: 1, encoding: "plain", stored: new Uint8Array(4), claims: 4 },
          { kind: "data", values: 1000, encoding: "dictionary", stored: run, claims: run.length },
        ],
      }),
    says: /a run claims 1073741824 values where 1000 can be/,
  },
  {
    name: "a dictionary of more entries than bytes",
    kind: "parquet",
    bytes: () =>
      parquetFile({
        ...{ type: "int32", codec: "none", rows: 1000, claims: 2 ** 27 },
        pages: [{ kind: "dictionary", values: 2 ** 27, encoding: "plain", stored: new Uint8Array(4), claims: 4 }],
      }),
    says: /claims 134217728 values where 4 can be/,
  },
  {
    name: "columns of more bytes than their file",
    kind: "parquet",
    bytes: () => parquetFile({ ...int32, codec: "zstd", claims: 2 ** 40, pages: [page(zstdRuns(4))] }),
    says: /claims 1099511627776 bytes.*limit/,
  },
  {
    name: "pages of more bytes than their column",
    kind: "parquet",
    bytes: () =>
      parquetFile({
        ...{ type: "int32", codec: "none", rows: 1000, claims: 5000 },
        pages: Array.from({ length: 3 }, () => ({ ...page(new Uint8Array(4000)), values: 300 })),
      }),
    says: /claims 4000 bytes uncompressed, the limit is 1000/,
  },
  {
    name: "a snappy page of 200 MB in 100 bytes",
    kind: "parquet",
    bytes: () => parquetFile({ ...int32, codec: "snappy", claims: 2e8, pages: [page(new Uint8Array(100), 2e8)] }),
    says: /claims 200000000 bytes, the limit of SNAPPY/,
  },
  {
    name: "a gzip page of 64 MiB that says 4000 bytes",
    kind: "parquet",
    bytes: () => parquetFile({ ...int32, codec: "gzip", claims: 5000, pages: [page(gzipSync(zeros))] }),
    says: /more bytes than the limit of 4000/,
  },
  {
    name: "a brotli page of 64 MiB that says 4000 bytes",
    kind: "parquet",
    bytes: () => {
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
      return parquetFile({
        ...int32,
        codec: "brotli",
        claims: 5000,
        pages: [page(brotliCompressSync(zeros, quality))],
      });
    },
    says: /more bytes than the limit of 4000/,
  },
  {
    name: "a zstd page of 256 MiB that says 4000 bytes",
    kind: "parquet",
    bytes: () => parquetFile({ ...int32, codec: "zstd", claims: 5000, pages: [page(zstdRuns(2048))] }),
    says: /stand for 268435456 bytes, the limit is 4000/,
  },
  {
    name: "a zstd frame that claims 1 GiB",
    kind: "parquet",
    bytes: () => parquetFile({ ...int32, codec: "zstd", claims: 5000, pages: [page(zstdClaim(2 ** 30))] }),
    says: /1073741824 bytes, the limit/,
  },
  {
    name: "texts that each repeat the one before",
    kind: "parquet",
    bytes: () => {
      const stored = growingTexts(200_000);
      const data = { kind: "data", values: 200_000, encoding: "deltaBytes", stored, claims: stored.length } as const;
      return parquetFile({ type: "bytes", codec: "none", rows: 200_000, claims: stored.length, pages: [data] });
    },
    says: /texts stand for \d{10,} bytes, the limit/,
  },
];
