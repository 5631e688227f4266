import { type CallOptions, SchemaError } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type NwbFile, type PlainAttribute, plainAttributes } from "@crossprobe/nwb";

/** What a session file says of itself and of the animal; null where it does not say. */
export interface SessionIdentity {
  readonly sessionId: number;
  /** ISO 8601 with its offset, as written: the moment that seconds count from. */
  readonly startTime: string | null;
  /** Name of the set of stimuli: `brain_observatory_1.1` or `functional_connectivity`. */
  readonly sessionType: string | null;
  readonly specimenName: string | null;
  readonly ageDays: number | null;
  readonly sex: string | null;
  readonly genotype: string | null;
  readonly strain: string | null;
  readonly species: string | null;
  /** The donor's number; it is not the specimen's of the session table. */
  readonly donorId: string | null;
}

/**
 * Reads a dozen texts and attributes.
 *
 * Source: `/general/subject` and `/general/stimulus` (2020); `/general/metadata` (2019).
 *
 * @throws {@link SchemaError} when the identifier is no number of a session
 */
export async function readIdentity(
  file: Hdf5File,
  { identifier, sessionStartTime, subject }: NwbFile,
  options?: CallOptions,
): Promise<SessionIdentity> {
  const sessionId = Number(identifier);
  if (identifier === undefined || !Number.isSafeInteger(sessionId)) {
    throw new SchemaError(`${file.url} states the identifier ${identifier ?? "(none)"}, which is no session number.`, {
      url: file.url,
      hint: "Session files of Visual Coding – Neuropixels are identified by a number; is it another data set's?",
    });
  }
  const metadata = await attributesOf(file, "/general/metadata", options);
  const own = subject?.attributes ?? metadata;
  return {
    sessionId,
    startTime: sessionStartTime ?? null,
    sessionType: (await readText(file, "/general/stimulus", options)) ?? text(metadata.get("stimulus_name")),
    specimenName: text(own.get("specimen_name")),
    ageDays: number(own.get("age_in_days")),
    sex: subject?.sex ?? text(metadata.get("sex")),
    genotype: subject?.genotype ?? text(metadata.get("full_genotype")),
    strain: text(own.get("strain")),
    species: subject?.species ?? null,
    donorId: subject?.subjectId ?? null,
  };
}

async function attributesOf(file: Hdf5File, path: string, options?: CallOptions) {
  const found = await file.find(path, options);
  return found ? plainAttributes(await file.attributes(path, options)) : new Map<string, PlainAttribute>();
}

async function readText(file: Hdf5File, path: string, options?: CallOptions): Promise<string | undefined> {
  if ((await file.find(path, options))?.kind !== "array") return undefined;
  const { values } = await file.read(path, options);
  return Array.isArray(values) && typeof values[0] === "string" ? values[0] : undefined;
}

function text(value: PlainAttribute | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function number(value: PlainAttribute | undefined): number | null {
  return typeof value === "number" && !Number.isNaN(value) ? value : null;
}
