import { z } from "zod";
import { histologyStateOf } from "../histology-state.js";
import { flag, folder, idOfUrl, json, number, relativePathOf, text, texts } from "./record-fields.js";

/** Answers of Alyx become our names here. Fields that we do not know are left out; text that is empty is absent (null). */

const sessionFields = {
  subject: text,
  start_time: z.string(),
  number: number,
  lab: text,
  projects: texts,
  task_protocol: text,
};

interface SessionFields {
  readonly subject: string | null;
  readonly start_time: string;
  readonly number: number | null;
  readonly lab: string | null;
  readonly projects: string[];
  readonly task_protocol: string | null;
}

function toSession(fields: SessionFields) {
  const { subject, number: sessionNumber, lab, projects } = fields;
  return {
    subject,
    /** Local time of the rig as stored, ISO 8601 without zone. */
    startTime: fields.start_time,
    number: sessionNumber,
    lab,
    projects,
    taskProtocol: fields.task_protocol,
  };
}

/** A session in a list. */
export const alyxSessionSchema = z
  .object({ id: z.guid(), ...sessionFields })
  .transform((record) => ({ id: record.id, ...toSession(record) }));
export type AlyxSession = z.output<typeof alyxSessionSchema>;

/** A file of a session, as session details list it. */
export const alyxSessionDatasetSchema = z
  .object({
    id: z.guid(),
    name: z.string(),
    dataset_type: text,
    data_url: text,
    file_size: number,
    hash: text,
    version: text,
    collection: folder,
    revision: text,
    default_revision: flag,
    qc: text,
  })
  .transform((record) => ({
    id: record.id,
    name: record.name,
    collection: record.collection,
    revision: record.revision,
    /** Relative to the session folder: collection, `#revision#`, name. */
    relativePath: relativePathOf(record),
    isDefaultRevision: record.default_revision,
    datasetType: record.dataset_type,
    /** As stored: with a bare `#`. `dataUrl()` makes an address of it. */
    dataUrl: record.data_url,
    sizeBytes: record.file_size,
    md5: record.hash,
    version: record.version,
    qc: record.qc,
  }));
export type AlyxSessionDataset = z.output<typeof alyxSessionDatasetSchema>;

const insertionJson = z
  .looseObject({
    qc: text,
    n_units: number,
    n_units_qc_pass: number,
    xyz_picks: z.array(z.tuple([z.number(), z.number(), z.number()])).nullish(),
    extended_qc: z
      .looseObject({
        tracing_exists: z.boolean().nullish(),
        alignment_count: z.number().nullish(),
        alignment_resolved: z.boolean().nullish(),
        alignment_stored: text,
      })
      .nullish(),
  })
  .nullish();

function fromInsertionJson(stored: z.output<typeof insertionJson>) {
  return {
    qc: stored?.qc ?? null,
    unitCount: stored?.n_units ?? null,
    goodUnitCount: stored?.n_units_qc_pass ?? null,
    /** `null` where no track was traced. */
    histology: histologyStateOf(stored ?? {}),
    /** Whether alignments agree; null where the record does not say. */
    isAlignmentResolved: stored?.extended_qc?.alignment_resolved ?? null,
    /** How many alignments were made. */
    alignmentCount: stored?.extended_qc?.alignment_count ?? null,
    /** Key of the alignment that the channels come from. */
    storedAlignment: stored?.extended_qc?.alignment_stored ?? null,
    /** Points of the traced track, micrometres from bregma: ml, ap, dv. */
    trackUm: stored?.xyz_picks ?? null,
  };
}

const insertionFields = { id: z.guid(), name: z.string(), model: text, serial: text, json: insertionJson };

/** A probe insertion. */
export const alyxInsertionSchema = z
  .object({ ...insertionFields, session: z.guid(), session_info: z.object(sessionFields).nullish(), datasets: texts })
  .transform((record) => ({
    id: record.id,
    name: record.name,
    sessionId: record.session,
    session: record.session_info ? { id: record.session, ...toSession(record.session_info) } : null,
    model: record.model,
    serial: record.serial,
    ...fromInsertionJson(record.json),
    datasetIds: record.datasets,
  }));
export type AlyxInsertion = z.output<typeof alyxInsertionSchema>;

/** A session with its files and probes. */
export const alyxSessionDetailsSchema = z
  .object({
    id: z.guid(),
    ...sessionFields,
    end_time: text,
    location: text,
    users: texts,
    procedures: texts,
    type: text,
    narrative: text,
    n_trials: number,
    n_correct_trials: number,
    qc: text,
    extended_qc: json,
    json: json,
    data_dataset_session_related: z.array(alyxSessionDatasetSchema),
    probe_insertion: z.array(z.object(insertionFields)).nullish(),
  })
  .transform((record) => ({
    id: record.id,
    ...toSession(record),
    endTime: record.end_time,
    location: record.location,
    users: record.users,
    procedures: record.procedures,
    type: record.type,
    narrative: record.narrative,
    trialCount: record.n_trials,
    correctTrialCount: record.n_correct_trials,
    qc: record.qc,
    extendedQc: record.extended_qc,
    json: record.json,
    datasets: record.data_dataset_session_related,
    probes: (record.probe_insertion ?? []).map(({ id, name, model, serial, json: stored }) => {
      return { id, name, model, serial, ...fromInsertionJson(stored) };
    }),
  }));
export type AlyxSessionDetails = z.output<typeof alyxSessionDetailsSchema>;

const fileRecordSchema = z
  .object({
    id: z.guid(),
    data_repository: z.string(),
    data_repository_path: text,
    relative_path: z.string(),
    data_url: text,
    exists: z.boolean(),
  })
  .transform((record) => ({
    id: record.id,
    repository: record.data_repository,
    repositoryPath: record.data_repository_path,
    /** From the lab's folder on, without the id in the name. */
    path: record.relative_path,
    dataUrl: record.data_url,
    exists: record.exists,
  }));

/** A file and its copies. */
export const alyxDatasetSchema = z
  .object({
    url: idOfUrl,
    name: z.string(),
    dataset_type: text,
    collection: folder,
    revision: text,
    default_dataset: flag,
    session: idOfUrl.nullish(),
    file_size: number,
    hash: text,
    version: text,
    qc: text,
    tags: texts,
    file_records: z.array(fileRecordSchema).nullish(),
  })
  .transform((record) => ({
    id: record.url,
    name: record.name,
    collection: record.collection,
    revision: record.revision,
    /** Relative to the session folder: collection, `#revision#`, name. */
    relativePath: relativePathOf(record),
    isDefaultRevision: record.default_dataset,
    datasetType: record.dataset_type,
    /** Absent (null) for aggregates. */
    sessionId: record.session ?? null,
    sizeBytes: record.file_size,
    md5: record.hash,
    version: record.version,
    qc: record.qc,
    tags: record.tags,
    copies: record.file_records ?? [],
  }));
export type AlyxDataset = z.output<typeof alyxDatasetSchema>;

/** Where a probe is, from one way of knowing it. Micrometres from bregma; degrees. */
export const alyxTrajectorySchema = z
  .object({
    id: z.guid(),
    probe_insertion: z.guid().nullish(),
    probe_name: text,
    session: z.object({ id: z.guid() }).nullish(),
    provenance: text,
    x: number,
    y: number,
    z: number,
    depth: number,
    theta: number,
    phi: number,
    roll: number,
    coordinate_system: text,
    datetime: text,
    json: json,
  })
  .transform((record) => ({
    id: record.id,
    insertionId: record.probe_insertion ?? null,
    probeName: record.probe_name,
    sessionId: record.session?.id ?? null,
    /** `Planned`, `Micro-manipulator`, `Histology track` or `Ephys aligned histology track`. */
    provenance: record.provenance,
    mlUm: record.x,
    apUm: record.y,
    dvUm: record.z,
    depthUm: record.depth,
    thetaDegrees: record.theta,
    phiDegrees: record.phi,
    rollDegrees: record.roll,
    coordinateSystem: record.coordinate_system,
    datetime: record.datetime,
    /** Alignments by their key (date and user): features and track, metres. */
    alignments: record.json,
  }));
export type AlyxTrajectory = z.output<typeof alyxTrajectorySchema>;

/** A recording site of a trajectory. Micrometres. Source: the database lets every field but the id be null. */
export const alyxChannelSchema = z
  .object({
    id: z.guid(),
    axial: number,
    lateral: number,
    x: number,
    y: number,
    z: number,
    brain_region: z.int().nullish(),
    trajectory_estimate: z.guid().nullish(),
  })
  .transform((record) => ({
    id: record.id,
    trajectoryId: record.trajectory_estimate ?? null,
    /** From the tip along the probe, and across it. */
    axialUm: record.axial,
    lateralUm: record.lateral,
    /** From bregma. */
    mlUm: record.x,
    apUm: record.y,
    dvUm: record.z,
    /** Allen id, not lateralised; 0 (void) is the database's default. */
    regionId: record.brain_region ?? null,
  }));
export type AlyxChannel = z.output<typeof alyxChannelSchema>;

/** Answers that are no records. */
export const ownerSchema = z.object({ username: z.string() });
export const tokenSchema = z.object({ token: z.string().min(1) });

/** A page of records. Some endpoints answer with all of them at once, as a plain list: that is one page. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  const page = z.object({
    count: z.int().min(0),
    next: z.string().nullable(),
    results: z.array(item),
    detail: z.string().optional(),
  });
  return z.preprocess(
    (value) => (Array.isArray(value) ? { count: value.length, next: null, results: value } : value),
    page,
  );
}
