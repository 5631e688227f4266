import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileDigest } from "@crossprobe/core";

export type ContentDigest = FileDigest & { readonly kind: "md5" | "sha256" };

/** Those digests that can be computed from bytes. */
export function contentDigests(digests: readonly FileDigest[]): ContentDigest[] {
  return digests.filter((digest): digest is ContentDigest => digest.kind !== "etag");
}

/** Which digests to compute for a comparison; without anything to compare with, SHA-256, so that the file can be known again. */
export function digestKinds(wanted: readonly FileDigest[]): ContentDigest["kind"][] {
  const kinds = new Set(contentDigests(wanted).map(({ kind }) => kind));
  return kinds.size === 0 ? ["sha256"] : [...kinds];
}

/** Computes several digests of one stream of bytes. */
export class DigestRun {
  readonly #hashes: ReadonlyMap<ContentDigest["kind"], Hash>;

  constructor(kinds: readonly ContentDigest["kind"][]) {
    this.#hashes = new Map(kinds.map((kind) => [kind, createHash(kind)]));
  }

  update(piece: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(piece);
  }

  finish(): FileDigest[] {
    return [...this.#hashes].map(([kind, hash]) => ({ kind, value: hash.digest("hex") }));
  }
}

/** Feeds the first bytes of a file; gives how many there were. */
export async function feedFile(run: DigestRun, path: string, length: number, signal?: AbortSignal): Promise<number> {
  if (length === 0) return 0;
  let fed = 0;
  const stream = createReadStream(path, { end: length - 1, highWaterMark: 1024 * 1024 });
  for await (const piece of stream) {
    signal?.throwIfAborted();
    run.update(piece as Uint8Array);
    fed += (piece as Uint8Array).byteLength;
  }
  return fed;
}

/** The first digest that differs among those that both have. */
export function differingDigest(
  known: readonly FileDigest[],
  found: readonly FileDigest[],
): { readonly known: FileDigest; readonly found: FileDigest } | undefined {
  for (const wanted of contentDigests(known)) {
    const computed = found.find(({ kind }) => kind === wanted.kind);
    if (computed !== undefined && computed.value !== wanted.value.toLowerCase())
      return { known: wanted, found: computed };
  }
  return undefined;
}
