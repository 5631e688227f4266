import { metricsUndefined, type Notice, type Unit, type UnitTable } from "@crossprobe/core";
import { type DiskTable, METRICS_INDEX } from "./cache/disk-table.js";
import { errataOf } from "./errata/errata-choice.js";
import { METRIC_DEFINITIONS } from "./metric-definitions.js";
import { NoticeCounter } from "./notices.js";
import { DATASET } from "./vocabulary.js";

/** Analysis metrics of every unit of a session type: what is kept of their file. */
export interface AnalysisMetrics extends Pick<DiskTable, "url" | "rowOf" | "notices"> {
  /** Values by row under their names in our vocabulary; NaN where absent, flags as 1 and 0. */
  readonly columns: readonly { readonly key: string; readonly values: Float64Array }[];
}

/** The columns of a file of analysis metrics that hold numbers or truth values. */
export function toAnalysisMetrics({ url, rowOf, columns, notices }: DiskTable): AnalysisMetrics {
  const numeric = [...columns].flatMap(([name, { values, dtype }]) => {
    if (name === METRICS_INDEX) return [];
    if (values instanceof Float64Array) return [{ key: `${DATASET}.${name}`, values }];
    const isFlags =
      dtype === "bool" || Array.from(values).every((value) => value === null || typeof value === "boolean");
    const flags = Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
    return isFlags ? [{ key: `${DATASET}.${name}`, values: flags }] : [];
  });
  return { url, rowOf, notices, columns: numeric };
}

/**
 * The same units with their analysis metrics, null where the file has no row or no number. A metric that the unit table has by that name
 * stays.
 *
 * @param metrics `undefined` where the folder holds no file of them, at `url`
 */
export function withAnalysisMetrics(table: UnitTable, metrics: AnalysisMetrics | undefined, url: string): UnitTable {
  if (!metrics) {
    const message = "Units have no analysis metrics: there is no such file.";
    const notice: Notice = { code: "analysis-metrics-absent", message, count: table.rows.length, where: url };
    return { ...table, notices: [...table.notices, notice] };
  }
  const notices = new NoticeCounter();
  const rows = table.rows.map((unit): Unit => {
    const row = metrics.rowOf.get(unit.ref.id) ?? -1;
    if (row < 0) notices.add("units-without-metrics", metrics.url, "These units have no row of analysis metrics.");
    const found: Record<string, number | null> = {};
    for (const { key, values } of metrics.columns) {
      const value = values[row] ?? Number.NaN;
      found[key] = Number.isFinite(value) ? value : null;
    }
    return { ...unit, metrics: { ...found, ...unit.metrics } };
  });
  const keys = metrics.columns.map(({ key }) => key);
  const strange = metricsUndefined(keys, METRIC_DEFINITIONS, metrics.url);
  return {
    ...table,
    rows,
    provenance: [...table.provenance, { url: metrics.url, ...errataOf(metrics.notices) }],
    notices: [...table.notices, ...metrics.notices, ...notices.list(), ...strange],
  };
}
