import { deltaBinaryUnpack } from "hyparquet/src/delta.js";

/** Values that share a beginning may stand for so many bytes in a page, and for so many more for each byte of it. */
const FREE_BYTES = 64 * 2 ** 20;
const MAX_RATIO = 64;

/**
 * Holds delta encoded values to the page that they are in: each may repeat the beginning of the one before, so that a few bytes
 * stand for any number of them.
 *
 * Source: parquet-format, Encodings.md, "Delta Encoding" and "Delta Strings".
 *
 * @param offset where the values begin
 * @param count values that there are, without absent ones
 * @throws Error when blocks cannot be, or texts are together above 64 MiB and 64 times the page
 */
export function checkDelta(page: Uint8Array, offset: number, count: number, encoding: string): void {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset };
  checkHeader(page, offset, count);
  if (encoding !== "DELTA_BYTE_ARRAY" || count === 0) return;
  const shared = new Int32Array(count);
  deltaBinaryUnpack(reader, count, shared);
  checkHeader(page, reader.offset, count);
  const own = new Int32Array(count);
  deltaBinaryUnpack(reader, count, own);
  const limit = FREE_BYTES + page.length * MAX_RATIO;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const [before, after] = [shared[i] ?? 0, own[i] ?? 0];
    if (before < 0 || after < 0) throw new Error("a text of a page has a negative length");
    total += before + after;
  }
  if (total > limit)
    throw new Error(`a page's texts stand for ${total} bytes, the limit for ${page.length} is ${limit}`);
}

/** Size of a block and its parts, number of values; whatever is read afterwards is bounded by the bytes that there are. */
function checkHeader(page: Uint8Array, offset: number, count: number): void {
  let at = offset;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; scale < 2 ** 42; scale *= 128) {
      const byte = page[at++];
      if (byte === undefined) throw new Error("a page ends within its values");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Error("a page has a number without an end");
  };
  const [block, parts, total] = [next(), next(), next()];
  if (parts < 1 || parts > page.length || block < parts || block % parts !== 0) {
    throw new Error(`a page has blocks of ${block} values in ${parts} parts`);
  }
  if (total < count) throw new Error(`a page claims ${count} values, of which ${total} are there`);
}
