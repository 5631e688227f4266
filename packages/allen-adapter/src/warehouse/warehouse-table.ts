import { type Notice, SchemaError } from "@crossprobe/core";
import { parseJson } from "@crossprobe/formats/json";
import { z } from "zod";
import { encodeProjectTable } from "../cache/encode-table.js";
import type { Dtype } from "../cache/project-table.js";
import { checkShape } from "../remote/web-service.js";
import { floatNames, type RmaRow, type RmaRows } from "./rma-client.js";

/** A table of the warehouse as the project cache keeps it. */
export interface WarehouseTable {
  /** Of the file, the identifiers first. Numbers, truth values and texts as the service has them, null where absent. */
  readonly columns: ReadonlyMap<string, readonly Cell[]>;
  readonly rowCount: number;
  /** The file. An answer without rows gives a header alone. */
  readonly text: string;
  readonly notices: readonly Notice[];
}

const sessionSchema = z.looseObject({
  id: z.int(),
  specimen: z.looseObject({
    donor: z.looseObject({
      full_genotype: z.string().nullish(),
      sex: z.string().nullish(),
      age: z.looseObject({ days: z.number().nullish() }).nullish(),
    }),
  }),
  well_known_files: z.array(z.looseObject({ well_known_file_type: z.looseObject({ name: z.string() }).nullish() })),
});

const SESSION_FILE_TYPE = "EcephysNwb";
const NOT_IN_SESSIONS: ReadonlySet<string> = new Set(["specimen", "fail_eye_tracking", "well_known_files"]);
/** What AllenSDK writes for a donor without genotype. */
const NO_GENOTYPE = "wt";

/** `sessions.csv`. Source: AllenSDK `get_sessions`: donor and age out of the specimen, the stimulus set as the session's type. */
export function sessionTable({ rows, floats, url }: RmaRows): WarehouseTable {
  const flat = rows.map((row): RmaRow => {
    const { specimen, well_known_files: files } = checkShape(row, sessionSchema, url);
    const kept = Object.entries(row).filter(([name]) => !NOT_IN_SESSIONS.has(name));
    return {
      ...renamed(Object.fromEntries(kept), "stimulus_name", "session_type"),
      age_in_days: specimen.donor.age?.days ?? null,
      sex: specimen.donor.sex ?? null,
      genotype: specimen.donor.full_genotype ?? NO_GENOTYPE,
      has_nwb: files.some((file) => file.well_known_file_type?.name === SESSION_FILE_TYPE),
    };
  });
  return toTable(flat, "id", new Set(floats.has("days") ? [...floats, "age_in_days"] : floats));
}

/** `probes.csv`. */
export function probeTable({ rows, floats }: RmaRows): WarehouseTable {
  return toTable(
    rows.map((row) => renamed(row, "use_lfp_data", "has_lfp_data")),
    "id",
    floats,
  );
}

/** `channels.csv`, whose values come as texts, and `units.csv`. */
export function plainTable({ rows, floats }: RmaRows): WarehouseTable {
  return toTable(rows, "id", floats);
}

const bundleSchema = z.looseObject({ ecephys_unit_id: z.int(), data: z.string() });
const P_VALUE = "p_value_rf";
const ON_SCREEN = "on_screen_rf";

/**
 * A table of analysis metrics: the bundles of its units spread into columns.
 *
 * Bundles that hold `p_value_rf` and `on_screen_rf` the wrong way round are put right, with a notice. Source: AllenSDK issues 1186, 1187.
 */
export function metricsTable({ rows, url }: RmaRows): WarehouseTable {
  const floats = new Set<string>();
  const flat = rows.map((row): RmaRow => {
    const { ecephys_unit_id, data } = checkShape(row, bundleSchema, url);
    const values = parseJson(data, `${url} (metrics of unit ${ecephys_unit_id})`);
    if (typeof values !== "object" || values === null || Array.isArray(values)) throw noBundle(url, ecephys_unit_id);
    for (const name of floatNames(data)) floats.add(name);
    return { ecephys_unit_id, ...values };
  });
  const first = flat[0];
  const isSwapped = typeof first?.[P_VALUE] === "boolean" && typeof first[ON_SCREEN] === "number";
  if (!isSwapped) return toTable(flat, "ecephys_unit_id", floats);
  const message = `${P_VALUE} held truth values: it was exchanged with ${ON_SCREEN}.`;
  const right = flat.map((row) => ({ ...row, [P_VALUE]: row[ON_SCREEN], [ON_SCREEN]: row[P_VALUE] }));
  const table = toTable(right, "ecephys_unit_id", new Set([...floats, P_VALUE]));
  return { ...table, notices: [{ code: "rf-columns-exchanged", message, count: flat.length, where: url }] };
}

function toTable(rows: readonly RmaRow[], index: string, floats: ReadonlySet<string>): WarehouseTable {
  const names = new Set([index]);
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  const columns = new Map<string, readonly Cell[]>();
  const dtypes = new Map<string, Dtype>();
  for (const name of names) {
    const values = rows.map((row) => toCell(row[name]));
    columns.set(name, values);
    dtypes.set(name, dtypeOf(values, floats.has(name)));
  }
  const text = encodeProjectTable({ table: { rowCount: rows.length, columns }, dtypes });
  return { columns, rowCount: rows.length, text, notices: [] };
}

/** A value of a table. */
export type Cell = number | boolean | string | null;

function toCell(value: unknown): Cell {
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value === "boolean" || typeof value === "string") return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** As pandas has it: numbers among which one is missing are floats. */
function dtypeOf(values: readonly Cell[], isFloat: boolean): Dtype {
  const kinds = new Set(values.map((value) => (value === null ? "absent" : typeof value)));
  if (kinds.has("string") || (kinds.has("boolean") && kinds.has("number"))) return "object";
  if (kinds.has("number")) return isFloat || kinds.has("absent") ? "float64" : "int64";
  return kinds.size === 1 && kinds.has("boolean") ? "bool" : "object";
}

function renamed(row: RmaRow, from: string, to: string): RmaRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name === from ? to : name, value]));
}

function noBundle(url: string, unit: number): SchemaError {
  return new SchemaError(`The analysis metrics of unit ${unit} are no object of values.`, {
    ...{ url, hint: "Report the unit: its bundle is of another shape than the release's." },
  });
}
