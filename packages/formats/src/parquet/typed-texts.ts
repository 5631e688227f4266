import { QueryError } from "@crossprobe/core";

/** The texts behind the codes of a column, as a dictionary page takes them. */
export interface EncodedTexts {
  /** By code; the first has none. */
  readonly utf8: readonly Uint8Array[];
  /** By code: place in the order of bytes, in which statistics are. */
  readonly ranks: Uint32Array;
  /** Bytes of all of them as a dictionary page. */
  readonly size: number;
}

/** @throws {@link QueryError} for a text that is there twice */
export function encodeTexts(name: string, texts: readonly string[]): EncodedTexts {
  const encoder = new TextEncoder();
  const utf8 = texts.map((text, code) => (code === 0 ? new Uint8Array(0) : encoder.encode(text)));
  const codes = Uint32Array.from({ length: Math.max(0, texts.length - 1) }, (_, i) => i + 1);
  const textOf = (code: number | undefined): Uint8Array => utf8[code ?? 0] ?? new Uint8Array(0);
  codes.sort((a, b) => compareBytes(textOf(a), textOf(b)));
  const ranks = new Uint32Array(texts.length);
  for (const [rank, code] of codes.entries()) {
    ranks[code] = rank;
    if (rank > 0 && compareBytes(textOf(codes[rank - 1]), textOf(code)) === 0)
      throw new QueryError(`Column ${JSON.stringify(name)} has two codes for ${JSON.stringify(texts[code])}.`);
  }
  return { utf8, ranks, size: utf8.reduce((sum, bytes) => sum + bytes.length + 4, 0) };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
