import { findRegionById } from "@crossprobe/atlas";
import type { Channel, ProbeInsertion, RowKind, Session, Unit } from "@crossprobe/core";
import type { ColumnData } from "./column.js";
import type { DatasetEntry } from "./dataset-entry.js";
import { OWN_COLUMNS, verdictColumn } from "./layout.js";
import { labelCount, Partition, present } from "./partition.js";
import { TableRows } from "./table-rows.js";

/** The rows of one dataset in the making: four tables that refer to each other by row number. */
export class DatasetRows {
  readonly sessions = new TableRows();
  readonly probes = new TableRows();
  readonly channels = new TableRows();
  readonly units = new TableRows();
  readonly #probeIds: string[] = [];

  /** @returns its row */
  addSession(session: Session): number {
    const { sessions } = this;
    const row = sessions.addRows(1);
    sessions.texts("id").set(row, session.ref.id);
    for (const name of ["subject", "lab", "startTime", "paradigm", "sessionType", "sex", "genotype"] as const) {
      sessions.codes(name).set(row, session[name]);
    }
    sessions.numbers("ageDays").set(row, session.ageDays);
    sessions.numbers("probeCount").set(row, session.probeCount);
    sessions.flags("hasPupil").set(row, session.hasPupil);
    return row;
  }

  /** @returns its row */
  addProbe(probe: ProbeInsertion, sessionRow: number): number {
    const { probes } = this;
    const row = probes.addRows(1);
    this.#probeIds.push(probe.ref.id);
    probes.texts("id").set(row, probe.ref.id);
    probes.codes("sessionRow").setCode(row, sessionRow + 1);
    probes.codes("label").set(row, probe.label);
    probes.codes("model").set(row, probe.model);
    probes.flags("hasLfp").set(row, probe.hasLfp);
    probes.flags("hasWaveforms").set(row, probe.hasWaveforms);
    probes.numbers("channelCount").set(row, probe.channelCount);
    probes.numbers("unitCount").set(row, probe.unitCount);
    return row;
  }

  addChannels(rows: readonly Channel[], probeRow: number): void {
    const { channels } = this;
    const first = channels.addRows(rows.length);
    const prefix = this.prefixOf(probeRow);
    const ids = channels.texts("id");
    const quality = channels.codes("quality");
    const [site, lateral] = [channels.numbers("siteIndex"), channels.numbers("lateralUm")];
    for (let i = 0; i < rows.length; i++) {
      const channel = rows[i] as Channel;
      const row = first + i;
      ids.set(row, channel.ref.id, prefix);
      quality.set(row, channel.quality);
      site.set(row, channel.siteIndex);
      lateral.set(row, channel.lateralUm);
    }
    addPlaces(channels, rows, first, probeRow);
  }

  addUnits(rows: readonly Unit[], probeRow: number): void {
    const { units } = this;
    const first = units.addRows(rows.length);
    const prefix = this.prefixOf(probeRow);
    const [ids, uuids, peaks] = [units.texts("id"), units.texts("uuid"), units.texts("peakChannelId")];
    const [counts, rates] = [units.numbers("spikeCount"), units.numbers("firingRate")];
    const rateSources = units.codes("firingRateSource");
    const verdicts = new ColumnSequence((rule) => units.flags(verdictColumn(rule)));
    for (let i = 0; i < rows.length; i++) {
      const unit = rows[i] as Unit;
      const row = first + i;
      ids.set(row, unit.ref.id, prefix);
      uuids.set(row, unit.uuid);
      peaks.set(row, unit.peakChannel?.id ?? null, prefix);
      counts.set(row, unit.spikeCount);
      rates.set(row, unit.firingRate);
      rateSources.set(row, unit.firingRateSource);
      for (const rule in unit.quality) verdicts.next(rule).set(row, unit.quality[rule] ?? null);
      verdicts.restart();
    }
    addMetrics(units, rows, first);
    addPlaces(units, rows, first, probeRow);
  }

  /** What ids of a probe's rows may begin with. */
  prefixOf(probeRow: number): string {
    return `${this.#probeIds[probeRow]}/`;
  }

  /** The four partitions, channels and units in the order of their labels. The tables are spent afterwards. */
  finish(entry: DatasetEntry): readonly Partition[] {
    const make = (kind: RowKind): Partition => {
      const table = this[kind];
      const isPlaced = kind === "channels" || kind === "units";
      const { order, offsets } = isPlaced ? byLabel(table) : { order: inPlace(table.rowCount), offsets: undefined };
      const columns = table.finish(order);
      const stored = new Map(inColumnOrder(columns, kind, entry).map(([name, data]) => [name, present(data)]));
      return new Partition(entry, kind, order.length, stored, offsets);
    };
    return (["sessions", "probes", "channels", "units"] as const).map(make);
  }
}

/** Columns that come by name in one order, row after row: only the first row, and one with other names, looks them up. */
class ColumnSequence<Column> {
  readonly #find: (name: string) => Column;
  readonly #names: string[] = [];
  readonly #columns: Column[] = [];
  #place = 0;

  constructor(find: (name: string) => Column) {
    this.#find = find;
  }

  next(name: string): Column {
    const place = this.#place++;
    if (this.#names[place] === name) return this.#columns[place] as Column;
    const column = this.#find(name);
    this.#names[place] = name;
    this.#columns[place] = column;
    return column;
  }

  restart(): void {
    this.#place = 0;
  }
}

/** Metrics are most of the values there are: each is written for all rows before the next. */
function addMetrics(units: TableRows, rows: readonly Unit[], first: number): void {
  const names = Object.keys(rows[0]?.metrics ?? {});
  for (const name of names) {
    const values = units.numbers(name).current;
    for (let i = 0; i < rows.length; i++) {
      const value = rows[i]?.metrics[name];
      // What is no finite number is absent: less itself it is not zero.
      if (typeof value === "number" && value - value === 0) values[i] = value;
    }
  }
  for (const [i, { metrics }] of rows.entries()) {
    if (Object.keys(metrics).length === names.length && names.every((name) => name in metrics)) continue;
    for (const name in metrics) units.numbers(name).set(first + i, metrics[name] ?? null);
  }
}

/** Columns that channels and units share. Labels are kept as their place in the walk of the tree. */
function addPlaces(table: TableRows, rows: readonly (Channel | Unit)[], first: number, probeRow: number): void {
  const [probes, labels] = [table.codes("probeRow"), table.codes("labelRegion")];
  const [absent, sides] = [table.codes("regionAbsent"), table.codes("hemisphere")];
  const [ap, dv, ml] = [table.numbers("ap").current, table.numbers("dv").current, table.numbers("ml").current];
  const depths = table.numbers("distanceFromTipUm");
  let [labelId, labelCode] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const { region, regionAbsent, ccf, hemisphere, distanceFromTipUm } = rows[i] as Channel | Unit;
    const row = first + i;
    probes.setCode(row, probeRow + 1);
    const id = region?.id ?? 0;
    if (id !== labelId) [labelId, labelCode] = [id, labelCodeOf(region)];
    labels.setCode(row, labelCode);
    absent.set(row, regionAbsent);
    sides.set(row, hemisphere);
    depths.set(row, distanceFromTipUm);
    if (ccf === null) continue;
    ap[i] = ccf.ap;
    dv[i] = ccf.dv;
    ml[i] = ccf.ml;
  }
}

/** @throws Error for a label that the atlas does not have: the conformance suite refuses such adapters */
function labelCodeOf(label: Channel["region"]): number {
  if (label === null) return 0;
  const region = findRegionById(label.id);
  if (region !== undefined) return region.order + 1;
  throw new Error(`the label ${label.acronym} has the id ${label.id}, which no structure has`);
}

/** Columns of the layout, verdicts, defined metrics, others by name: whatever order they were met in. */
function inColumnOrder(
  columns: ReadonlyMap<string, ColumnData>,
  kind: RowKind,
  { rules, metrics }: DatasetEntry,
): readonly (readonly [string, ColumnData])[] {
  const known = [...OWN_COLUMNS[kind], ...rules.map(({ id }) => verdictColumn(id)), ...metrics.map(({ id }) => id)];
  const others = [...columns.keys()].filter((name) => !known.includes(name)).sort();
  return [...known, ...others].flatMap((name) => {
    const data = columns.get(name);
    return data === undefined ? [] : [[name, data] as const];
  });
}

function inPlace(count: number): Uint32Array {
  return new Uint32Array(count).map((_, i) => i);
}

/** Rows by label, those of one label in their order; and where each label begins. Those without a label stand by the reason for it. */
function byLabel(table: TableRows): { order: Uint32Array; offsets: Uint32Array } {
  const { rowCount } = table;
  const labels = table.codes("labelRegion").codes(rowCount);
  const offsets = new Uint32Array(labelCount() + 1);
  for (let row = 0; row < rowCount; row++) {
    const next = (labels[row] as number) + 1;
    offsets[next] = (offsets[next] as number) + 1;
  }
  for (let i = 1; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + (offsets[i - 1] as number);
  const free = offsets.slice();
  const order = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const label = labels[row] as number;
    const place = free[label] as number;
    order[place] = row;
    free[label] = place + 1;
  }
  const reasons = table.codes("regionAbsent").codes(rowCount);
  order.subarray(0, offsets[1]).sort((a, b) => (reasons[a] as number) - (reasons[b] as number) || a - b);
  return { order, offsets };
}
