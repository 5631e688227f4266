import { NoticeCounter } from "../notices.js";
import { asProjectTable, type DiskTable, METRICS_INDEX } from "./disk-table.js";
import { type ProjectTable, projectTable, type TypedColumn, type TypedColumns, takeRows } from "./project-table.js";
import { SUPPRESSED_COLUMNS } from "./suppressed.js";

/** Every row of a file of analysis metrics, in its order. No filter is applied: AllenSDK passes over filters here, too. */
export function plainMetrics(metrics: DiskTable): ProjectTable {
  return asProjectTable(METRICS_INDEX, metrics);
}

/**
 * Units with their analysis metrics: those that have both, in the order of the units.
 *
 * @param units with every column
 * @param session only units of it
 */
export function annotatedMetrics(
  units: ProjectTable,
  metrics: DiskTable,
  session: string | number | undefined,
  suppress: readonly string[] = SUPPRESSED_COLUMNS.units,
): ProjectTable {
  const ids = Array.from(units.table.columns.get("id") ?? [], String);
  const sessions = Array.from(units.table.columns.get("ecephys_session_id") ?? [], String);
  const wanted = [...ids.keys()].filter((row) => session === undefined || sessions[row] === String(session));
  const rows = Int32Array.from(wanted.filter((row) => metrics.rowOf.has(ids[row] ?? "")));
  const own = Int32Array.from(rows, (row) => metrics.rowOf.get(ids[row] ?? "") ?? -1);
  const columns: [string, TypedColumn][] = [...columnsOf(units)]
    .filter(([name]) => name === "id" || !suppress.includes(name))
    .map(([name, column]) => [name === "id" ? METRICS_INDEX : name, takeRows(column, rows)]);
  const others = [...metrics.columns].filter(([name]) => name !== METRICS_INDEX);
  const notices = new NoticeCounter();
  notices.add(
    "units-without-metrics",
    metrics.url,
    "These units pass the filters and have no row of metrics.",
    wanted.length - rows.length,
  );
  return projectTable(
    METRICS_INDEX,
    new Map([...columns, ...others.map(([name, column]) => [name, takeRows(column, own)] as const)]),
    {
      provenance: [{ url: metrics.url }, ...units.provenance],
      notices: [...units.notices, ...metrics.notices, ...notices.list()],
    },
  );
}

function columnsOf({ table, dtypes }: ProjectTable): TypedColumns {
  return new Map([...table.columns].map(([name, values]) => [name, { values, dtype: dtypes.get(name) ?? "object" }]));
}
