import { QueryError } from "@crossprobe/core";
import { CCF_COLUMNS } from "../ccf-columns.js";

/** Identifiers or names that a query is narrowed to. */
export type Ids = readonly (number | string)[];

/** Which sessions. What is not given is not asked for; nothing is in an empty list. */
export interface SessionRows {
  readonly sessions?: Ids | undefined;
  /** Whether eye tracking succeeded. */
  readonly hasEyeTracking?: boolean | undefined;
  readonly sessionTypes?: readonly string[] | undefined;
}

export interface ProbeRows {
  readonly probes?: Ids | undefined;
  readonly sessions?: Ids | undefined;
}

export interface ChannelRows {
  readonly channels?: Ids | undefined;
  readonly probes?: Ids | undefined;
}

export interface UnitRows {
  readonly units?: Ids | undefined;
  readonly channels?: Ids | undefined;
  readonly probes?: Ids | undefined;
  readonly sessions?: Ids | undefined;
}

export interface MetricsRows {
  readonly units?: Ids | undefined;
  readonly sessions?: Ids | undefined;
  readonly sessionTypes?: readonly string[] | undefined;
}

/**
 * A question in the warehouse's language (RMA), everything before its page. `null` where a list is empty, so that nothing can match: the
 * service is not asked then.
 */
export type RmaQuery = string | null;

/** Product that the stimulus templates belong to. Source: AllenSDK, `EcephysProjectWarehouseApi`. */
const TEMPLATE_PRODUCT = 714914585;

const CHANNEL_COLUMNS = [
  "ecephys_channels.id",
  "ecephys_probe_id",
  "local_index",
  "probe_horizontal_position",
  "probe_vertical_position",
  ...CCF_COLUMNS,
  "structures.id as ecephys_structure_id",
  "structures.acronym as ecephys_structure_acronym",
];

/**
 * The questions that AllenSDK asks, letter by letter.
 *
 * Source: AllenSDK 2.16.2, `ecephys_project_api/ecephys_project_warehouse_api.py`.
 *
 * @throws {@link QueryError} for an identifier that is no whole number, and a name with other characters than letters, digits, `.`, `_`, `-`
 */
export const RMA = {
  sessions: ({ sessions, hasEyeTracking, sessionTypes }: SessionRows = {}): RmaQuery => {
    if (isEmpty(sessions, sessionTypes)) return null;
    const tracking = hasEyeTracking === undefined ? "" : `[fail_eye_tracking$eq${!hasEyeTracking}]`;
    const filters = within("id", sessions) + tracking + named("stimulus_name", sessionTypes);
    return `criteria=model::EcephysSession${filters},rma::include,specimen(donor(age)),well_known_files(well_known_file_type)`;
  },
  probes: ({ probes, sessions }: ProbeRows = {}): RmaQuery =>
    isEmpty(probes, sessions)
      ? null
      : `criteria=model::EcephysProbe${within("id", probes)}${within("ecephys_session_id", sessions)}`,
  channels: ({ channels, probes }: ChannelRows = {}): RmaQuery =>
    isEmpty(channels, probes)
      ? null
      : `criteria=model::EcephysChannel${within("id", channels)}${within("ecephys_probe_id", probes)},rma::include,structure` +
        `,rma::options[tabular$eq'${CHANNEL_COLUMNS.join(",")}']`,
  units: ({ units, channels, probes, sessions }: UnitRows = {}): RmaQuery =>
    isEmpty(units, channels, probes, sessions)
      ? null
      : `criteria=model::EcephysUnit${criteria("", within("id", units))}${criteria("", within("ecephys_channel_id", channels))}` +
        criteria("ecephys_channel(ecephys_probe", within("id", probes)) +
        criteria("ecephys_channel(ecephys_probe(ecephys_session", within("id", sessions)),
  metrics: ({ units, sessions, sessionTypes }: MetricsRows = {}): RmaQuery =>
    isEmpty(units, sessions, sessionTypes)
      ? null
      : `criteria=model::EcephysUnitMetricBundle${criteria("", within("ecephys_unit_id", units))}` +
        criteria(SESSION_OF_UNIT, within("id", sessions)) +
        criteria(SESSION_OF_UNIT, named("stimulus_name", sessionTypes)),
  sessionFile: (session: number | string): string => wellKnownFile("EcephysNwb", "EcephysSession", session),
  lfpFile: (probe: number | string): string => wellKnownFile("EcephysLfpNwb", "EcephysProbe", probe),
  templates: (): string => wellKnownFile("Stimulus", "Product", TEMPLATE_PRODUCT),
} as const;

const SESSION_OF_UNIT = "ecephys_unit(ecephys_channel(ecephys_probe(ecephys_session";

function wellKnownFile(type: string, owner: string, id: number | string): string {
  const filters = `[name$eq'${type}'][attachable_type$eq'${owner}'][attachable_id$eq${toId(id)}]`;
  return `criteria=model::WellKnownFile,rma::criteria,well_known_file_type${filters}`;
}

/** A filter through associations; each opened bracket is closed. */
function criteria(association: string, filter: string): string {
  if (filter === "") return "";
  const closing = ")".repeat(association.split("(").length - 1);
  return `,rma::criteria${association === "" ? "" : `,${association}`}${filter}${closing}`;
}

function within(field: string, ids: Ids | undefined): string {
  return ids === undefined ? "" : `[${field}$in${ids.map(toId).join(",")}]`;
}

function named(field: string, names: readonly string[] | undefined): string {
  return names === undefined ? "" : `[${field}$in${names.map((name) => `'${toName(name)}'`).join(",")}]`;
}

function isEmpty(...lists: readonly (readonly unknown[] | undefined)[]): boolean {
  return lists.some((list) => list?.length === 0);
}

/** The language has no escapes: what could end a filter is refused. */
function toId(id: number | string): string {
  if (/^\d{1,15}$/.test(String(id))) return String(id);
  throw new QueryError(`${JSON.stringify(id)} is no identifier of the Allen warehouse.`, {
    hint: "Give a whole number.",
  });
}

function toName(name: string): string {
  if (/^[A-Za-z0-9_.-]+$/.test(name)) return name;
  throw new QueryError(`${JSON.stringify(name)} is no name that the Allen warehouse can be asked for.`, {
    hint: "Use letters, digits, `.`, `_` and `-`.",
  });
}
