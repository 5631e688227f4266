export type FilterValue = string | number | boolean | readonly (string | number)[] | null | undefined;

/** Days, inclusive, `yyyy-mm-dd`. A missing end is open; a single text is one day. */
export type AlyxDates = string | { readonly from?: string | undefined; readonly to?: string | undefined };

/** What every list takes. All conditions hold together. */
export interface AnyAlyxFilter {
  /** Conditions of Django: `"qc__lt,50"`, `"~json__qc,CRITICAL"`; one text may hold several. A condition may be named once. */
  readonly django?: string | readonly string[] | undefined;
  /** The record with this id. */
  readonly id?: string | undefined;
  /** Parameters in the service's own spelling, sent as they are. */
  readonly other?: Readonly<Record<string, FilterValue>> | undefined;
}

interface AtlasFilter {
  /** Acronyms of the Allen atlas, in their case where several differ by it alone: a region counts with everything below it. Aligned probes only. */
  readonly atlasAcronym?: string | readonly string[] | undefined;
  readonly atlasId?: number | readonly number[] | undefined;
}

/** The session that a record belongs to. */
interface OfSessionFilter {
  readonly session?: string | undefined;
  readonly subject?: string | undefined;
  /** A day, `yyyy-mm-dd`. */
  readonly date?: string | undefined;
  /** Of the session. */
  readonly number?: number | undefined;
}

/** The files that must be there. */
interface HasFilesFilter {
  /** File names in full, all of them. */
  readonly datasets?: string | readonly string[] | undefined;
  readonly datasetTypes?: string | readonly string[] | undefined;
  /** With `datasets`: the worst quality that counts, such as `WARNING`. */
  readonly datasetQcAtMost?: string | undefined;
}

/** Texts are compared without case. */
export interface AlyxSessionFilter extends AnyAlyxFilter, AtlasFilter, HasFilesFilter {
  readonly subject?: string | undefined;
  readonly lab?: string | readonly string[] | undefined;
  readonly number?: number | readonly number[] | undefined;
  readonly dates?: AlyxDates | undefined;
  /** Part of the name. */
  readonly taskProtocol?: string | undefined;
  /** Part of the name. */
  readonly project?: string | readonly string[] | undefined;
  /** Part of the name. */
  readonly tag?: string | undefined;
  readonly qc?: string | undefined;
  /** Percent of trials. */
  readonly performanceAtLeast?: number | undefined;
  readonly performanceAtMost?: number | undefined;
  readonly hasHistology?: boolean | undefined;
}

export interface AlyxInsertionFilter extends AnyAlyxFilter, AtlasFilter, OfSessionFilter, HasFilesFilter {
  readonly name?: string | undefined;
  readonly lab?: string | undefined;
  readonly serial?: string | undefined;
  readonly model?: string | undefined;
  readonly tag?: string | undefined;
  readonly project?: string | undefined;
  readonly taskProtocol?: string | undefined;
  /** Part of a file's name. */
  readonly datasetContains?: string | undefined;
}

export interface AlyxDatasetFilter extends AnyAlyxFilter, OfSessionFilter {
  readonly lab?: string | undefined;
  readonly collection?: string | undefined;
  readonly revision?: string | undefined;
  readonly name?: string | undefined;
  readonly datasetType?: string | undefined;
  readonly insertion?: string | undefined;
  readonly exists?: boolean | undefined;
  readonly isDefault?: boolean | undefined;
  /** The name in full. */
  readonly tag?: string | undefined;
  /** Records with these ids, at most 100. */
  readonly ids?: readonly string[] | undefined;
}

export interface AlyxTrajectoryFilter extends AnyAlyxFilter, OfSessionFilter {
  readonly insertion?: string | undefined;
  readonly probeName?: string | undefined;
  /** Such as `Ephys aligned histology track`. */
  readonly provenance?: string | undefined;
  readonly project?: string | undefined;
}

export interface AlyxChannelFilter extends AnyAlyxFilter {
  readonly insertion?: string | undefined;
  readonly session?: string | undefined;
  readonly trajectory?: string | undefined;
  /** Allen id of the very region. */
  readonly regionId?: number | undefined;
  readonly lab?: string | undefined;
  readonly subject?: string | undefined;
}

type Names<Filter> = { readonly [Name in Exclude<keyof Filter, keyof AnyAlyxFilter>]-?: string };

const ATLAS_NAMES: Names<AtlasFilter> = { atlasAcronym: "atlas_acronym", atlasId: "atlas_id" };
const OF_SESSION_NAMES: Names<OfSessionFilter> = {
  session: "session",
  subject: "subject",
  date: "date",
  number: "experiment_number",
};
const HAS_FILES_NAMES: Names<HasFilesFilter> = {
  datasets: "datasets",
  datasetTypes: "dataset_types",
  datasetQcAtMost: "dataset_qc_lte",
};

/** Our names and the service's. Source: the service's OpenAPI document, and `one.api.OneAlyx._search_insertions` for the last. */
export const SESSION_NAMES: Names<AlyxSessionFilter> = {
  ...ATLAS_NAMES,
  ...HAS_FILES_NAMES,
  subject: "subject",
  lab: "lab",
  number: "number",
  dates: "date_range",
  taskProtocol: "task_protocol",
  project: "projects",
  tag: "tag",
  qc: "qc",
  performanceAtLeast: "performance_gte",
  performanceAtMost: "performance_lte",
  hasHistology: "histology",
};

export const INSERTION_NAMES: Names<AlyxInsertionFilter> = {
  ...ATLAS_NAMES,
  ...OF_SESSION_NAMES,
  ...HAS_FILES_NAMES,
  name: "name",
  lab: "lab",
  serial: "serial",
  model: "model",
  tag: "tag",
  project: "project",
  taskProtocol: "task_protocol",
  datasetContains: "django:datasets__name__icontains",
};

export const DATASET_NAMES: Names<AlyxDatasetFilter> = {
  ...OF_SESSION_NAMES,
  lab: "lab",
  collection: "collection",
  revision: "revision",
  name: "name",
  datasetType: "dataset_type",
  insertion: "probe_insertion",
  exists: "exists",
  isDefault: "default_dataset",
  tag: "tag",
  ids: "django:id__in",
};

export const TRAJECTORY_NAMES: Names<AlyxTrajectoryFilter> = {
  ...OF_SESSION_NAMES,
  insertion: "probe_insertion",
  probeName: "probe",
  provenance: "provenance",
  project: "project",
};

export const CHANNEL_NAMES: Names<AlyxChannelFilter> = {
  insertion: "probe_insertion",
  session: "session",
  trajectory: "trajectory_estimate",
  regionId: "brain_region",
  lab: "lab",
  subject: "subject",
};
