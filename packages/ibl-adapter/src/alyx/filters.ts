import { regionByAcronym, UnknownRegionError } from "@crossprobe/atlas";
import { QueryError } from "@crossprobe/core";
import type { QueryPair } from "./request-url.js";

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
  /** Acronyms of the Allen atlas, in their case: a region counts with everything below it. Aligned probes only. */
  readonly atlasAcronym?: string | readonly string[] | undefined;
  readonly atlasId?: number | readonly number[] | undefined;
}

/** Texts are compared without case. */
export interface AlyxSessionFilter extends AnyAlyxFilter, AtlasFilter {
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
  /** File names in full, all of them. */
  readonly datasets?: string | readonly string[] | undefined;
  readonly datasetTypes?: string | readonly string[] | undefined;
  /** With `datasets`: the worst quality that counts, such as `WARNING`. */
  readonly datasetQcAtMost?: string | undefined;
  readonly qc?: string | undefined;
  /** Percent of trials. */
  readonly performanceAtLeast?: number | undefined;
  readonly performanceAtMost?: number | undefined;
  readonly hasHistology?: boolean | undefined;
}

export interface AlyxInsertionFilter extends AnyAlyxFilter, AtlasFilter {
  readonly session?: string | undefined;
  readonly name?: string | undefined;
  readonly subject?: string | undefined;
  readonly lab?: string | undefined;
  /** A day, `yyyy-mm-dd`. */
  readonly date?: string | undefined;
  /** Of the session. */
  readonly number?: number | undefined;
  readonly serial?: string | undefined;
  readonly model?: string | undefined;
  readonly tag?: string | undefined;
  readonly project?: string | undefined;
  readonly taskProtocol?: string | undefined;
  readonly datasets?: string | readonly string[] | undefined;
  readonly datasetTypes?: string | readonly string[] | undefined;
  /** Part of a file's name. */
  readonly datasetContains?: string | undefined;
  readonly datasetQcAtMost?: string | undefined;
}

export interface AlyxDatasetFilter extends AnyAlyxFilter {
  readonly session?: string | undefined;
  readonly subject?: string | undefined;
  readonly lab?: string | undefined;
  readonly date?: string | undefined;
  readonly number?: number | undefined;
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

export interface AlyxTrajectoryFilter extends AnyAlyxFilter {
  readonly insertion?: string | undefined;
  readonly session?: string | undefined;
  readonly probeName?: string | undefined;
  /** Such as `Ephys aligned histology track`. */
  readonly provenance?: string | undefined;
  readonly subject?: string | undefined;
  readonly project?: string | undefined;
  readonly date?: string | undefined;
  readonly number?: number | undefined;
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

/** Our names and the service's. Source: the service's OpenAPI document, and `one.api.OneAlyx._search_insertions` for the last. */
export const SESSION_NAMES: Names<AlyxSessionFilter> = {
  subject: "subject",
  lab: "lab",
  number: "number",
  dates: "date_range",
  taskProtocol: "task_protocol",
  project: "projects",
  tag: "tag",
  datasets: "datasets",
  datasetTypes: "dataset_types",
  datasetQcAtMost: "dataset_qc_lte",
  qc: "qc",
  performanceAtLeast: "performance_gte",
  performanceAtMost: "performance_lte",
  hasHistology: "histology",
  atlasAcronym: "atlas_acronym",
  atlasId: "atlas_id",
};

export const INSERTION_NAMES: Names<AlyxInsertionFilter> = {
  session: "session",
  name: "name",
  subject: "subject",
  lab: "lab",
  date: "date",
  number: "experiment_number",
  serial: "serial",
  model: "model",
  tag: "tag",
  project: "project",
  taskProtocol: "task_protocol",
  datasets: "datasets",
  datasetTypes: "dataset_types",
  datasetContains: "django:datasets__name__icontains",
  datasetQcAtMost: "dataset_qc_lte",
  atlasAcronym: "atlas_acronym",
  atlasId: "atlas_id",
};

export const DATASET_NAMES: Names<AlyxDatasetFilter> = {
  session: "session",
  subject: "subject",
  lab: "lab",
  date: "date",
  number: "experiment_number",
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
  insertion: "probe_insertion",
  session: "session",
  probeName: "probe",
  provenance: "provenance",
  subject: "subject",
  project: "project",
  date: "date",
  number: "experiment_number",
};

export const CHANNEL_NAMES: Names<AlyxChannelFilter> = {
  insertion: "probe_insertion",
  session: "session",
  trajectory: "trajectory_estimate",
  regionId: "brain_region",
  lab: "lab",
  subject: "subject",
};

/** What stands for an open end. Source: ONE sends the first and last day that pandas knows. */
const FIRST_DAY = "1677-09-21";
const LAST_DAY = "2262-04-11";
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** A longer list makes the address longer than servers take (status 414). */
const MOST_IDS = 100;
const DJANGO = "django:";

/**
 * A filter as parameters of a question.
 *
 * @throws {@link QueryError} for an unknown condition or region, an empty list, a date that is none, and Django conditions that are not pairs
 */
export function toPairs(filter: object, names: Readonly<Record<string, string>>): QueryPair[] {
  const pairs: QueryPair[] = [];
  const django: string[] = [];
  for (const [name, value] of Object.entries(filter)) {
    if (value === undefined || value === null) continue;
    if (name === "django") django.push(...[value].flat().map(String));
    else if (name === "other") pairs.push(...otherPairs(value));
    else if (name !== "id") {
      const wire = names[name];
      if (wire === undefined) throw unknownCondition(name, names);
      if (wire.startsWith(DJANGO)) django.push(`${wire.slice(DJANGO.length)},${djangoText(name, value)}`);
      else pairs.push([wire, textOf(name, value)]);
    }
  }
  if ("id" in filter && typeof filter.id === "string") django.push(`pk,${filter.id}`);
  if (django.length > 0) pairs.push(["django", checkDjango(django.join(","))]);
  return pairs;
}

function otherPairs(other: Readonly<Record<string, FilterValue>>): QueryPair[] {
  return Object.entries(other).flatMap(([name, value]) => {
    return value === undefined || value === null ? [] : [[name, textOf(name, value)] as const];
  });
}

function textOf(name: string, value: unknown): string {
  if (name === "dates") return datesText(value);
  if (name === "date" && !(typeof value === "string" && DAY.test(value))) throw badDay(value);
  if (name === "atlasAcronym") for (const acronym of [value].flat()) checkAcronym(String(acronym));
  if (typeof value === "boolean") return value ? "True" : "False";
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) throw emptyList(name);
  const items = value.map(String);
  const broken = items.find((item) => item.includes(","));
  // The service splits at commas, and knows no way to write one inside an item.
  if (broken !== undefined)
    throw new QueryError(`${name}: ${JSON.stringify(broken)} has a comma, which separates items.`);
  return items.join(",");
}

function djangoText(name: string, value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) throw emptyList(name);
  if (value.length > MOST_IDS) {
    throw new QueryError(`${name}: ${value.length} ids are more than one question takes (${MOST_IDS}).`, {
      hint: `Ask in groups of ${MOST_IDS}.`,
    });
  }
  return `[${value.map((item) => `'${String(item).replaceAll("'", "")}'`).join(", ")}]`;
}

function datesText(value: unknown): string {
  const range = typeof value === "string" ? { from: value, to: value } : value;
  if (typeof range !== "object" || range === null) throw badDay(value);
  const { from, to }: { from?: unknown; to?: unknown } = range;
  return [from ?? FIRST_DAY, to ?? LAST_DAY]
    .map((day) => {
      if (typeof day === "string" && DAY.test(day)) return day;
      throw badDay(day);
    })
    .join(",");
}

function checkAcronym(acronym: string): void {
  try {
    regionByAcronym(acronym);
  } catch (cause) {
    if (!(cause instanceof UnknownRegionError)) throw cause;
    throw new QueryError(cause.message, { cause, hint: "Acronyms are those of the Allen atlas, in their case." });
  }
}

/** Conditions are `name,value` pairs; commas inside brackets do not separate. Source: the service's `DjangoFilterBackend`. */
function checkDjango(text: string): string {
  const parts = splitOutsideBrackets(text);
  const names = parts.filter((_, index) => index % 2 === 0).map((name) => name.trim());
  if (parts.length % 2 !== 0) {
    throw new QueryError(`django: ${JSON.stringify(text)} is no list of pairs of a field and a value.`);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new QueryError(`django: ${JSON.stringify(twice)} is named twice.`);
  return text;
}

function splitOutsideBrackets(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "[" || character === "(") depth++;
    if (character === "]" || character === ")") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts.push((parts.pop() ?? "") + character);
  }
  return parts;
}

function unknownCondition(name: string, names: Readonly<Record<string, string>>): QueryError {
  const known = [...Object.keys(names), "id", "django", "other"].join(", ");
  return new QueryError(`There is no condition ${JSON.stringify(name)} (there are ${known}).`, {
    hint: "A parameter of the service that is not among them goes into `other`.",
  });
}

function emptyList(name: string): QueryError {
  return new QueryError(`${name}: an empty list asks for nothing.`, {
    hint: "Leave the condition out to ask for all.",
  });
}

function badDay(value: unknown): QueryError {
  return new QueryError(`${JSON.stringify(value)} is no day.`, { hint: "Days are written yyyy-mm-dd." });
}
