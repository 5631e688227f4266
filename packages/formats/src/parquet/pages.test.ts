import { describe, expect, it } from "vitest";
import { type ChunkFacts, decodeChunk, type PageDecoder, type PageHeader } from "./pages.js";

const FACTS: ChunkFacts = {
  name: "x",
  rowCount: 4,
  valueCount: 4,
  uncompressedBytes: 100,
  isFlat: true,
  levels: { repetition: 0, definition: 0 },
};

/** A page of `count` values of one byte each. */
function header(count: number, bytes = count, more: Partial<PageHeader> = {}): PageHeader {
  return {
    type: "DATA_PAGE",
    compressed_page_size: bytes,
    uncompressed_page_size: bytes,
    data_page_header: { num_values: count, encoding: "PLAIN" },
    ...more,
  };
}

/** Takes headers from a list instead of from the bytes, and values as the bytes themselves. */
function decode(headers: readonly PageHeader[], chunk = new Uint8Array(8), facts = FACTS): number[][] {
  let next = 0;
  const decoder: PageDecoder<number[]> = {
    header: () => {
      const found = headers[next++];
      if (found === undefined) throw new Error("no more headers");
      return found;
    },
    decompress: (bytes) => bytes,
    values: (page) => Array.from(page),
    dictionary: (page) => Array.from(page),
  };
  return decodeChunk(chunk, facts, decoder);
}

const v2 = (counts: object): Partial<PageHeader> => ({
  type: "DATA_PAGE_V2",
  data_page_header_v2: {
    num_values: 4,
    num_nulls: 0,
    num_rows: 4,
    encoding: "PLAIN",
    definition_levels_byte_length: 0,
    repetition_levels_byte_length: 0,
    ...counts,
  },
});

describe("decodeChunk", () => {
  it("reads pages one after the other until it has all values", () => {
    expect(decode([header(1), header(3), header(9)], Uint8Array.of(1, 2, 3, 4, 5))).toEqual([[1], [2, 3, 4]]);
    expect(decode([header(4, 4, v2({}))], Uint8Array.of(1, 2, 3, 4))).toEqual([[1, 2, 3, 4]]);
  });

  it.each<[string, PageHeader, RegExp]>([
    ["a negative size, which would lead in circles", header(1, -5), /claims -5 bytes/],
    ["a size beyond the chunk", header(4, 9), /claims 9 bytes/],
    ["no size", header(1, Number.NaN), /claims NaN bytes/],
    ["more values than there are", header(5), /claims 5 values where 4 can be/],
    ["fewer values than none", header(-1, 1), /claims -1 values/],
    ["no count", { ...header(1), data_page_header: undefined }, /claims NaN values/],
    [
      "more uncompressed bytes than the footer says",
      { ...header(1), uncompressed_page_size: 101 },
      /101 bytes uncompressed/,
    ],
    ["another kind", { ...header(1), type: "INDEX_PAGE" }, /of the kind INDEX_PAGE/],
    ["levels that are not in the page", header(4, 4, v2({ definition_levels_byte_length: 5 })), /levels are not in it/],
    ["levels of negative length", header(4, 4, v2({ repetition_levels_byte_length: -1 })), /levels are not in it/],
    ["more nulls than values", header(4, 4, v2({ num_nulls: 5 })), /counts disagree/],
    ["other rows than values", header(4, 4, v2({ num_rows: 3 })), /4 values in 3 rows/],
    [
      "dictionary indices of too many bits",
      header(4, 4, { data_page_header: { num_values: 4, encoding: "RLE_DICTIONARY" } }),
      /have 33 bits/,
    ],
    [
      "runs that end before they begin",
      header(4, 2, { data_page_header: { num_values: 4, encoding: "RLE" } }),
      /ends within/,
    ],
    [
      "runs longer than the page",
      header(4, 5, { data_page_header: { num_values: 4, encoding: "RLE" } }),
      /levels claim/,
    ],
  ])("refuses a page with %s", (_what, page, message) => {
    expect(() => decode([page], Uint8Array.of(33, 1, 1, 1, 1, 1, 1, 1))).toThrow(message);
  });

  it("refuses a chunk that ends before its values do", () => {
    expect(() => decode([header(1), header(1)], new Uint8Array(2))).toThrow("its pages end 2 values early");
  });

  it("refuses levels with a run longer than the page's values", () => {
    const facts = { ...FACTS, levels: { repetition: 0, definition: 1 } };
    const chunk = Uint8Array.of(2, 0, 0, 0, 5 << 1, 1, 7, 7);
    expect(() => decode([header(4, 8)], chunk, facts)).toThrow("a run claims 5 values where 4 can be");
  });
});
