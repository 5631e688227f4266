import { granularityOf, type Mapping, mapRegion, regions } from "@crossprobe/atlas";
import { type CallOptions, formatRef, type RefKind, type RowKind, ref, TRUTH } from "@crossprobe/core";
import { ABSENT_FLAG, type Cell, type Codes, cellOf, textOf } from "./column.js";
import type { DatasetTables } from "./dataset-tables.js";
import { ownerOf } from "./layout.js";
import { type Partition, wholeOf } from "./partition.js";
import type { Selection } from "./select.js";

/** A column of a table as a reader gets it: views of what is stored wherever there is something to view. */
export type ResolvedColumn =
  /** NaN is absent. */
  | { readonly kind: "numbers"; readonly values: Float64Array }
  /** Each row has one of a few cells: `cells[codes[row]]`. */
  | { readonly kind: "coded"; readonly codes: Codes; readonly cells: readonly Cell[] }
  | { readonly kind: "texts"; readonly at: (row: number) => string | null };

/** What a column is looked up by: whose rows, and how regions are shown. */
export interface Resolving {
  readonly tables: DatasetTables;
  readonly kind: RowKind;
  readonly mapping: Mapping;
  readonly selection: Selection;
}

/**
 * A column of the selected rows, by the numbers that they have in their table. Reads the values of the selected ranges.
 *
 * Absent: `undefined` where this dataset has no such column: it is null in every row.
 */
export async function resolveColumn(
  name: string,
  resolving: Resolving,
  options: CallOptions,
): Promise<ResolvedColumn | undefined> {
  const { tables, kind, selection } = resolving;
  const table = tables.table(kind);
  if (name === "dataset" || name === "release") {
    return constant(name === "dataset" ? tables.entry.id : tables.entry.release, table);
  }
  if (name === "membership") return membershipOf(selection, table);
  if (name === "region" || name === "granularity") return labelColumn(name, resolving, options);
  const owner = ownerOf(name, kind);
  if (owner.refKind !== undefined) return references(owner.kind, owner.name, owner.refKind, resolving, options);
  if (owner.kind !== kind) return joined(owner.kind, owner.name, resolving, options);
  await table.need([owner.name], selection.ranges, options);
  return asStored(table, owner.name);
}

function asStored(table: Partition, name: string): ResolvedColumn | undefined {
  const data = table.column(name);
  if (data === undefined) return undefined;
  if (data.kind === "number") return { kind: "numbers", values: data.values };
  if (data.kind === "text") return { kind: "texts", at: (row) => textOf(data, row, "") };
  if (data.kind === "flag") return { kind: "coded", codes: data.values, cells: FLAG_CELLS };
  return { kind: "coded", codes: data.codes, cells: data.texts.map((text, code) => (code === 0 ? null : text)) };
}

const FLAG_CELLS: readonly Cell[] = Array.from({ length: 3 }, (_, value) =>
  value === ABSENT_FLAG ? null : value === 1,
);

function constant(value: Cell, table: Partition): ResolvedColumn {
  return { kind: "coded", codes: table.sameCode(), cells: [value] };
}

function membershipOf({ places }: Selection, table: Partition): ResolvedColumn {
  if (places === undefined) return constant("in", table);
  const cells: Cell[] = [];
  cells[TRUTH.in] = "in";
  cells[TRUTH.indeterminate] = "indeterminate";
  return { kind: "coded", codes: places, cells: Array.from(cells, (cell) => cell ?? null) };
}

async function labelColumn(
  name: "region" | "granularity",
  { tables, kind, mapping, selection }: Resolving,
  options: CallOptions,
): Promise<ResolvedColumn | undefined> {
  const table = tables.table(kind);
  if (!table.has("labelRegion")) return undefined;
  await table.need(["labelRegion"], selection.ranges, options);
  const cells = name === "region" ? mappedAcronyms(mapping) : labelGranularities();
  return { kind: "coded", codes: table.codes("labelRegion"), cells };
}

const acronyms = new Map<Mapping, readonly (string | null)[]>();

/** Acronym in a mapping by label code; null for no label, and for what the mapping does not have. */
export function mappedAcronyms(mapping: Mapping): readonly (string | null)[] {
  const known = acronyms.get(mapping);
  if (known !== undefined) return known;
  const made = [null, ...regions().map((region) => mapRegion(region, mapping)?.acronym ?? null)];
  acronyms.set(mapping, made);
  return made;
}

let granularities: readonly Cell[] | undefined;

function labelGranularities(): readonly Cell[] {
  granularities ??= [null, ...regions().map(granularityOf)];
  return granularities;
}

/** References are made of the ids when they are looked at. */
async function references(
  owner: RowKind,
  name: string,
  refKind: RefKind,
  { tables, kind, selection }: Resolving,
  options: CallOptions,
): Promise<ResolvedColumn | undefined> {
  const toRef = (id: string): string => formatRef(ref(tables.entry.id, refKind, id));
  if (owner === "sessions" || owner === "probes") {
    const ids = owner === "sessions" ? await tables.sessionIds(options) : await tables.probeIds(options);
    if (owner === kind) return { kind: "texts", at: (row) => (ids[row] === undefined ? null : toRef(ids[row])) };
    return byProbe(owner, name, () => ids.map(toRef), { tables, kind, selection }, options);
  }
  const table = tables.table(kind);
  await table.need([name, "probeRow"], selection.ranges, options);
  const data = table.column(name);
  if (data?.kind !== "text") return undefined;
  const [probes, probeIds] = [table.codes("probeRow"), await tables.probeIds(options)];
  const at = (row: number): string | null => {
    const id = textOf(data, row, `${probeIds[(probes[row] as number) - 1]}/`);
    return id === null ? null : toRef(id);
  };
  return { kind: "texts", at };
}

async function joined(
  owner: RowKind,
  name: string,
  { tables, kind, selection }: Resolving,
  options: CallOptions,
): Promise<ResolvedColumn | undefined> {
  const table = tables.table(owner);
  await table.need([name], wholeOf(table), options);
  const data = table.column(name);
  if (data === undefined) return undefined;
  const cells = () => Array.from({ length: table.rowCount }, (_, row) => cellOf(data, row, ""));
  return byProbe(owner, name, cells, { tables, kind, selection }, options);
}

/** Cells of sessions or probes for the rows that belong to them: one cell a probe, whatever the number of rows. */
async function byProbe(
  owner: RowKind,
  name: string,
  cellsOf: () => readonly Cell[],
  { tables, kind, selection }: Omit<Resolving, "mapping">,
  options: CallOptions,
): Promise<ResolvedColumn | undefined> {
  if (kind === "sessions") return undefined;
  const sessionRows = await tables.sessionRows(options);
  if (kind === "probes") return { kind: "coded", codes: sessionRows, cells: [null, ...cellsOf()] };
  const table = tables.table(kind);
  await table.need(["probeRow"], selection.ranges, options);
  const cells = tables.cellsByProbe(`${owner} ${name}`, () => {
    const own = cellsOf();
    return [null, ...(owner === "probes" ? own : Array.from(sessionRows, (session) => own[session - 1] ?? null))];
  });
  return { kind: "coded", codes: table.codes("probeRow"), cells };
}

/** The cell of a row. */
export function cellAt(column: ResolvedColumn | undefined, row: number): Cell {
  if (column === undefined) return null;
  if (column.kind === "texts") return column.at(row);
  if (column.kind === "coded") return column.cells[column.codes[row] as number] ?? null;
  const value = column.values[row] as number;
  return Number.isNaN(value) ? null : value;
}
