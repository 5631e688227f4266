import { type FileMetaData, type ParquetParsers, parquetSchema, type SchemaElement } from "hyparquet";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Keeps times and dates as the integers that the file has: the decoder's own `Date` drops what is below a millisecond, and it
 * does not know whether a time is UTC. Text that is not UTF-8 is an error, where the decoder would put in replacement signs.
 */
export const RAW_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value: unknown) => value,
  timestampFromMicroseconds: (value: unknown) => value,
  timestampFromNanoseconds: (value: unknown) => value,
  dateFromDays: (value: unknown) => value,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
};

/**
 * Hides decimals of flat columns from the decoder, which would multiply them by an inexact power of ten. Those inside lists and
 * records are left to it.
 */
export function withRawDecimals(metadata: FileMetaData): FileMetaData {
  const flat = new Set(parquetSchema(metadata).children.map((node) => node.element));
  const schema = metadata.schema.map((element) => {
    return flat.has(element) && isDecimal(element) ? withoutType(element) : element;
  });
  return { ...metadata, schema };
}

/** Whether values are decimals: an integer, or the bytes of one, to be divided by a power of ten. */
export function isDecimal(element: SchemaElement): boolean {
  return element.converted_type === "DECIMAL" || element.logical_type?.type === "DECIMAL";
}

function withoutType(element: SchemaElement): SchemaElement {
  const { converted_type: _converted, logical_type: _logical, ...rest } = element;
  return rest;
}
