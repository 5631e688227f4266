import type { Column } from "@crossprobe/core";
import { CCF_COLUMNS } from "../ccf-columns.js";
import { countSentinels, SENTINEL_ERRATA, type StoredPoint } from "../errata/coordinates.js";
import { type ErrataChoice, ErrataSettings } from "../errata/errata-choice.js";
import { NO_EFFECTIVE_RATE, RAW_LFP_RATE, ZERO_RATE } from "../errata/rates.js";
import { RELEASE_NAMES } from "../metric-names.js";
import type { NoticeCounter } from "../notices.js";
import type { DiskTable } from "./disk-table.js";
import type { TypedColumn, TypedColumns } from "./project-table.js";

/** What is done with numbers that stand for "absent": `absent` makes them so and counts them, `kept` leaves them, as AllenSDK does. */
export type Sentinels = "absent" | "kept";

/** Which defects are mended; `kept` leaves those that stand for "absent", unless they are chosen by name. */
export function toErrataSettings(sentinels: Sentinels, choice: ErrataChoice = {}): ErrataSettings {
  const kept = [...SENTINEL_ERRATA, ZERO_RATE].map(({ id }) => [id, false] as const);
  return new ErrataSettings({ ...(sentinels === "kept" ? Object.fromEntries(kept) : {}), ...choice });
}

/**
 * The columns of `probes.csv` with the rate of the LFP file: the recorded rate over the subsampling factor. Without a factor it is absent.
 *
 * Source: AllenSDK `_get_probes`, which does so on every load and never on disk. Probe 846401834 has rates of 0.
 */
export function probeColumns(table: DiskTable, errata: ErrataSettings, notices: NoticeCounter): TypedColumns {
  const columns = new Map(table.columns);
  const rate = numbersOf(columns, "lfp_sampling_rate");
  const factor = numbersOf(columns, "lfp_temporal_subsampling_factor");
  if (rate && factor && errata.isOn(RAW_LFP_RATE.id)) {
    const known = factor.filter((value) => !Number.isNaN(value)).length;
    notices.add(RAW_LFP_RATE.id, table.url, "Recorded LFP rates were divided by their subsampling factors.", known);
    const isRateKept = !errata.isOn(NO_EFFECTIVE_RATE.id);
    const message = "These probes have no subsampling factor, so that the rate of their LFP is not known.";
    if (!isRateKept) notices.add(NO_EFFECTIVE_RATE.id, table.url, message, factor.length - known);
    columns.set("lfp_sampling_rate", {
      values: rate.map((value, row) => {
        const divisor = factor[row] ?? Number.NaN;
        return isRateKept && Number.isNaN(divisor) ? value : value / divisor;
      }),
      dtype: "float64",
    });
  }
  if (!errata.isOn(ZERO_RATE.id)) return columns;
  for (const name of ["sampling_rate", "lfp_sampling_rate"]) {
    const values = numbersOf(columns, name);
    if (!values) continue;
    const zeros = values.filter((value) => value === 0).length;
    notices.add(
      ZERO_RATE.id,
      `${table.url}#${name}`,
      "A sampling rate of 0 means that none was stored; it is absent.",
      zeros,
    );
    if (zeros > 0) columns.set(name, { values: values.map((value) => value || Number.NaN), dtype: "float64" });
  }
  return columns;
}

/** The columns of `channels.csv` with points of the atlas absent where one of their coordinates is a sentinel (-1000, -1, 0). */
export function channelColumns(table: DiskTable, errata: ErrataSettings, notices: NoticeCounter): TypedColumns {
  const axes = CCF_COLUMNS.map((name) => numbersOf(table.columns, name));
  const mended = SENTINEL_ERRATA.filter(({ id }) => errata.isOn(id));
  if (mended.length === 0 || axes.includes(undefined)) return table.columns;
  const points = Array.from({ length: table.rowCount }, (_, row): StoredPoint => {
    const [ap = Number.NaN, dv = Number.NaN, ml = Number.NaN] = axes.map((values) => values?.[row]);
    return [ap, dv, ml];
  });
  const isUnregistered = points.map((point) => mended.some((erratum) => erratum.detect(point)));
  if (!isUnregistered.includes(true)) return table.columns;
  for (const [{ id, title }, marked] of countSentinels(points, errata)) {
    notices.add(id, table.url, `${title}; the coordinates were taken as absent.`, marked);
  }
  const repaired = (values: Float64Array): TypedColumn => ({
    values: values.map((value, row) => (isUnregistered[row] ? Number.NaN : value)),
    dtype: "float64",
  });
  const columns = new Map(table.columns);
  CCF_COLUMNS.forEach((name, i) => {
    const axis = axes[i];
    if (axis) columns.set(name, repaired(axis));
  });
  return columns;
}

/** The columns of `units.csv` under the names that AllenSDK gives them. */
export function unitColumns({ columns }: DiskTable): TypedColumns {
  return new Map([...columns].map(([name, column]) => [RELEASE_NAMES.get(name) ?? name, column]));
}

/** A column of numbers; `undefined` where there is none of that name. */
export function numbersOf(columns: TypedColumns, name: string): Float64Array | undefined {
  const values: Column | undefined = columns.get(name)?.values;
  return values instanceof Float64Array ? values : undefined;
}
