import { stat } from "node:fs/promises";
import type { FileDigest, PlannedFile, TrustLevel } from "@crossprobe/core";
import { contentDigests, DigestRun, differingDigest, digestKinds, feedFile } from "./digests.js";
import { type FileRecord, type NotePaths, readRecord } from "./notes.js";
import { leftParts } from "./part-file.js";
import { absentIsUndefined } from "./safe-path.js";

/** What is in a file's place: nothing, the file, something to be read before one can say, or something else. */
export type TargetState =
  | { readonly kind: "none" }
  | {
      readonly kind: "present";
      readonly size: number;
      readonly trust: TrustLevel;
      readonly digests: readonly FileDigest[];
    }
  | {
      readonly kind: "check";
      readonly size: number;
      readonly against: readonly FileDigest[];
      /** What follows where they agree: digests of our own tell that it is what it was, and nothing more. */
      readonly trust: TrustLevel;
    }
  | { readonly kind: "differs"; readonly size: number; readonly why: string; readonly isOurs: boolean };

/** Judges what is in a file's place by sizes, records and times; reads no content. */
export async function lookAt(
  path: string,
  notes: NotePaths,
  { file, size: stated, etag }: Pick<PlannedFile, "file" | "size" | "etag">,
): Promise<TargetState> {
  const found = await stat(path).catch(absentIsUndefined);
  if (found === undefined) return { kind: "none" };
  const { size } = found;
  const record = await readRecord(notes.record);
  const isOurs = record !== undefined && record.size === size && record.modifiedMs === found.mtimeMs;
  const wanted = file.size ?? stated;
  if (wanted !== null && wanted !== size) {
    return { kind: "differs", size, isOurs, why: `it has ${size} bytes and not ${wanted}` };
  }
  const known = contentDigests(file.digests);
  if (isOurs) {
    const difference = differingDigest(known, record.digests);
    if (difference !== undefined)
      return { kind: "differs", size, isOurs, why: `its ${difference.known.kind} is another` };
    const tag = etag ?? file.digests.find(({ kind }) => kind === "etag")?.value ?? null;
    if (known.length === 0 && tag !== null && record.etag !== null && tag !== record.etag) {
      return { kind: "differs", size, isOurs, why: "the server has another object now" };
    }
    const isCompared = known.every(({ kind }) => record.digests.some((digest) => digest.kind === kind));
    if (isCompared) return { kind: "present", size, trust: record.trust, digests: record.digests };
  }
  const { sealed } = await leftParts(notes.work);
  const own = record ?? { digests: sealed?.verified ?? [], trust: sealed?.trust ?? "none" };
  const against = known.length > 0 ? known : own.digests;
  const trust = known.length > 0 ? "digest" : own.trust;
  if (contentDigests(against).length > 0) return { kind: "check", size, against, trust };
  if (wanted !== null) return { kind: "present", size, trust: "length", digests: [] };
  return { kind: "differs", size, isOurs, why: "nothing says what it should be" };
}

/** Reads what is in a file's place and compares it. */
export async function compareTarget(
  path: string,
  state: TargetState & { readonly kind: "check" },
  signal: AbortSignal | undefined,
): Promise<TargetState> {
  const run = new DigestRun(digestKinds(state.against));
  await feedFile(run, path, state.size, signal);
  const digests = run.finish();
  const difference = differingDigest(state.against, digests);
  const { size, trust } = state;
  if (difference === undefined) return { kind: "present", size, trust, digests };
  const { known, found } = difference;
  return { kind: "differs", size, isOurs: false, why: `its ${known.kind} is ${found.value} and not ${known.value}` };
}

/** The record of a file as it is in its place now. */
export async function recordOf(
  path: string,
  facts: Omit<FileRecord, "size" | "modifiedMs" | "time">,
): Promise<FileRecord> {
  const { size, mtimeMs } = await stat(path);
  return { ...facts, size, modifiedMs: mtimeMs, time: new Date().toISOString() };
}
