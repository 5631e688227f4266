import { evaluateRule, metricsUndefined, type Unit, type UnitTable } from "@crossprobe/core";
import type { CsvCells } from "./csv-cells.js";
import { DEFAULT_ERRATA, type ErrataSettings, errataOf } from "./errata/errata-choice.js";
import { METRIC_DEFINITIONS } from "./metric-definitions.js";
import { NoticeCounter } from "./notices.js";
import { nowhere, type Place, placeOf } from "./place.js";
import { unitRowsOf } from "./probes.js";
import { ALLEN_DEFAULT } from "./quality-rule.js";
import type { IndexedTable } from "./tables.js";
import { channelRef, DATASET, probeRef, sessionRef, unitRef } from "./vocabulary.js";

export interface UnitTables {
  readonly channels: IndexedTable;
  readonly units: IndexedTable;
}

/** Columns of `units.csv` that are no metric. */
const NO_METRIC: ReadonlySet<string> = new Set([
  "id",
  "ecephys_channel_id",
  "epoch_name_quality_metrics",
  "epoch_name_waveform_metrics",
]);

const FIRING_RATE = "firing_rate";
/** Source: AllenSDK quality-metric documentation; its docstring and its tutorials name different denominators. */
const FIRING_RATE_SOURCE = "units.csv firing_rate: spikes over the recording, Hz";

/**
 * Every unit of one probe, in order of identifier. A unit whose peak channel has no label is `notRegistered`, wherever the site is.
 *
 * @param unlisted row numbers of units whose peak channel is in no table and that the session file places on this probe
 */
export function toUnitTable(
  tables: UnitTables,
  probeId: string,
  sessionId: string,
  unlisted: readonly number[],
  errata: ErrataSettings = DEFAULT_ERRATA,
): UnitTable {
  const notices = new NoticeCounter();
  const { cells } = tables.units;
  const metrics = cells.columns
    .filter((name) => !NO_METRIC.has(name))
    .map((name) => metricColumn(cells, name, notices));
  // A null label says nothing of a unit: it fires, so that the site of its channel is no reason to put it outside the brain.
  const place = (channelId: string): Place => {
    const row = tables.channels.rowOf.get(channelId);
    return row === undefined ? nowhere("notReleased") : placeOf(tables.channels.cells, row, null, notices, errata);
  };
  const rows = [...unitRowsOf(tables.channels, tables.units, probeId), ...unlisted].sort(
    (a, b) => Number(cells.id("id", a)) - Number(cells.id("id", b)),
  );
  const message =
    "The peak channel of these units has no row in channels.csv; the session file places them on this probe.";
  notices.add("unit-peak-channel-unlisted", cells.url, message, unlisted.length);
  const listed = rows.map((row): Unit => {
    const channelId = cells.id("ecephys_channel_id", row);
    const firingRate = cells.has(FIRING_RATE) ? cells.number(FIRING_RATE, row) : null;
    const values = metricsOf(metrics, row);
    return {
      ref: unitRef(cells.id("id", row)),
      probe: probeRef(probeId),
      session: sessionRef(sessionId),
      uuid: null,
      peakChannel: channelRef(channelId),
      ...place(channelId),
      spikeCount: null,
      firingRate,
      firingRateSource: firingRate === null ? null : FIRING_RATE_SOURCE,
      quality: { [ALLEN_DEFAULT.id]: evaluateRule(ALLEN_DEFAULT, values) },
      metrics: values,
    };
  });
  const strange = metricsUndefined(
    metrics.map(({ key }) => key),
    METRIC_DEFINITIONS,
    cells.url,
  );
  const reported = [...notices.list(), ...strange];
  return {
    probe: probeRef(probeId),
    rows: listed,
    provenance: [
      { url: cells.url },
      { url: tables.channels.cells.url, conversion: "place of the peak channel", ...errataOf(reported) },
    ],
    notices: reported,
  };
}

/** One metric of every unit, under its name in our vocabulary. */
interface MetricColumn {
  readonly key: string;
  readonly valueAt: (row: number) => number | null;
}

/** A metric is null where it is absent, infinite, or a text (arrays in numpy's text form occur in old tables). */
function metricColumn(cells: CsvCells, column: string, notices: NoticeCounter): MetricColumn {
  const { values, unreadable } = cells.numbers(column);
  const where = `${cells.url}#${column}`;
  const valueAt = (row: number): number | null => {
    const value = values[row] ?? Number.NaN;
    if (unreadable.has(row)) {
      notices.add("metric-unreadable", where, `Cells of ${column} that are no numbers were left out.`);
    }
    return Number.isFinite(value) ? value : null;
  };
  return { key: `${DATASET}.${column}`, valueAt };
}

function metricsOf(columns: readonly MetricColumn[], row: number): Record<string, number | null> {
  const metrics: Record<string, number | null> = {};
  for (const { key, valueAt } of columns) metrics[key] = valueAt(row);
  return metrics;
}
