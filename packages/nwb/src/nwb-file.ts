import type { CallOptions, Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { presentText } from "./absent-text.js";
import { type PlainAttribute, plainAttributes, readText } from "./attributes.js";
import { attempt, nwbNotice } from "./problem.js";
import { readSchemaVersion, type SchemaVersion } from "./schema-version.js";

/** What an NWB file says about the animal. Absent fields are those that the file leaves out or fills with `""`, `None`, `N/A`. */
export interface NwbSubject {
  readonly subjectId?: string | undefined;
  readonly species?: string | undefined;
  readonly sex?: string | undefined;
  /** ISO 8601 duration, such as `P118D`. */
  readonly age?: string | undefined;
  readonly genotype?: string | undefined;
  readonly strain?: string | undefined;
  readonly description?: string | undefined;
  /** Attributes of the group, where extensions put theirs (`specimen_name`, `age_in_days`). */
  readonly attributes: ReadonlyMap<string, PlainAttribute>;
}

/** An NWB file that was recognised: its identity, and the HDF5 file that the other readers of this package take. */
export interface NwbFile {
  readonly file: Hdf5File;
  readonly url: string;
  readonly version: SchemaVersion;
  /** Absent values below are what the file leaves out or fills with `""`, `None`, `N/A`. */
  readonly identifier?: string | undefined;
  readonly sessionDescription?: string | undefined;
  /** ISO 8601 as written, with its offset: the moment that seconds count from, unless {@link timestampsReferenceTime} differs. */
  readonly sessionStartTime?: string | undefined;
  readonly timestampsReferenceTime?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly institution?: string | undefined;
  readonly lab?: string | undefined;
  readonly subject?: NwbSubject | undefined;
  /** `nwb-version-newer`, `identifier-missing`, `session-start-time-missing`, `session-start-time-unclear`, `metadata-unreadable`. */
  readonly notices: readonly Notice[];
}

/** The newest major version whose layout is known here. */
const KNOWN_MAJOR = 2;

/**
 * Recognises an NWB file and reads its identity: the root attributes, a dozen short texts, the subject. No table, no series.
 *
 * The HDF5 file stays the caller's: close it when done.
 *
 * Source: NWB core schema, `NWBFile` and `Subject`.
 *
 * @throws {@link FormatError} when the file is HDF5 but not NWB
 * @throws {@link UnsupportedError} for NWB 1
 * @example
 * const hdf5 = await openHdf5(store, "session.nwb");
 * const nwb = await openNwb(hdf5);
 * console.log(nwb.version.stated, nwb.identifier, nwb.subject?.species);
 */
export async function openNwb(file: Hdf5File, options?: CallOptions): Promise<NwbFile> {
  const version = await readSchemaVersion(file, options);
  const notices: Notice[] = [];
  const text = async (path: string): Promise<string | undefined> => {
    const result = await attempt(() => readText(file, path, options));
    if ("value" in result) return presentText(result.value);
    notices.push(nwbNotice(file, path, "metadata-unreadable", result.problem.message));
    return undefined;
  };
  const identifier = await text("/identifier");
  const sessionDescription = await text("/session_description");
  const sessionStartTime = await text("/session_start_time");
  const timestampsReferenceTime = await text("/timestamps_reference_time");
  const sessionId = await text("/general/session_id");
  const institution = await text("/general/institution");
  const lab = await text("/general/lab");
  const subject = await readSubject(file, text, options);
  notices.push(...identityNotices(file, version, identifier, sessionStartTime));
  return {
    file,
    url: file.url,
    version,
    identifier,
    sessionDescription,
    sessionStartTime,
    timestampsReferenceTime,
    sessionId,
    institution,
    lab,
    subject,
    notices,
  };
}

async function readSubject(
  file: Hdf5File,
  text: (path: string) => Promise<string | undefined>,
  options?: CallOptions,
): Promise<NwbSubject | undefined> {
  const path = "/general/subject";
  const found = await attempt(() => file.find(path, options));
  if (!("value" in found) || found.value?.kind !== "group") return undefined;
  const attributes = await attempt(() => file.attributes(path, options));
  return {
    subjectId: await text(`${path}/subject_id`),
    species: await text(`${path}/species`),
    sex: await text(`${path}/sex`),
    age: await text(`${path}/age`),
    genotype: await text(`${path}/genotype`),
    strain: await text(`${path}/strain`),
    description: await text(`${path}/description`),
    attributes: "value" in attributes ? plainAttributes(attributes.value) : new Map(),
  };
}

function identityNotices(
  file: Hdf5File,
  version: SchemaVersion,
  identifier: string | undefined,
  sessionStartTime: string | undefined,
): readonly Notice[] {
  const notices: Notice[] = [];
  const add = (path: string, code: string, message: string) => notices.push(nwbNotice(file, path, code, message));
  if (version.major > KNOWN_MAJOR) {
    add("/", "nwb-version-newer", `The file is NWB ${version.stated}; it is read as NWB ${KNOWN_MAJOR}.`);
  }
  if (identifier === undefined) add("/identifier", "identifier-missing", "The file states no identifier.");
  if (sessionStartTime === undefined) {
    add("/session_start_time", "session-start-time-missing", "The file states no session start time.");
  } else if (Number.isNaN(Date.parse(sessionStartTime))) {
    const stated = JSON.stringify(sessionStartTime);
    add("/session_start_time", "session-start-time-unclear", `The session start time ${stated} is no ISO 8601 time.`);
  }
  return notices;
}
