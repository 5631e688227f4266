import type { CallOptions, Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { presentText } from "./absent-text.js";
import { type PlainAttribute, plainAttributes, textAttribute } from "./attributes.js";
import { type DynamicTable, type DynamicTableOptions, readDynamicTable } from "./dynamic-table.js";
import { toFloat64 } from "./hdf5-values.js";
import { attempt, nwbNotice } from "./problem.js";

/** Where NWB keeps the electrodes of a file. */
const ELECTRODES_PATH = "/general/extracellular_ephys/electrodes";

/** A group of electrodes: a probe or a shank of it. */
export interface ElectrodeGroup {
  readonly name: string;
  readonly path: string;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  /** Attributes that extensions add, such as Allen's `probe_id`, `has_lfp_data`, `lfp_sampling_rate`. */
  readonly attributes: ReadonlyMap<string, PlainAttribute>;
  readonly device?: ElectrodeDevice | undefined;
}

/** The device of a group. */
export interface ElectrodeDevice {
  readonly name: string;
  readonly path: string;
  /** Attributes that extensions add, such as Allen's `probe_id`, `sampling_rate`. */
  readonly attributes: ReadonlyMap<string, PlainAttribute>;
}

/** The electrodes table of a file: a row for each recorded channel. */
export interface Electrodes {
  readonly table: DynamicTable;
  readonly rowCount: number;
  /**
   * `[rows]` each, as stored, NaN where the file says so; absent where the file has no such column.
   *
   * NWB means: `x` posterior, `y` inferior, `z` right, micrometres, for coordinates in a common framework. Writers differ: Allen's are CCF
   * (`x` anterior–posterior, `y` dorsal–ventral, `z` left–right), wrong in released session files where `y` repeats `z` (AllenSDK issue 2776).
   */
  readonly x?: Float64Array | undefined;
  readonly y?: Float64Array | undefined;
  readonly z?: Float64Array | undefined;
  /** Brain region in the writer's words; null where it says nothing (`""`, `None`, `N/A`). */
  readonly locations: readonly (string | null)[];
  /** Path of the group of each electrode; null where there is none. Key of {@link groups}. */
  readonly groupPaths: readonly (string | null)[];
  /** Groups that electrodes belong to, by path. */
  readonly groups: ReadonlyMap<string, ElectrodeGroup>;
  readonly notices: readonly Notice[];
}

/**
 * The electrodes of a file, with their groups and devices.
 *
 * Source: `ElectrodesTable` and `ElectrodeGroup` (NWB core).
 *
 * @returns `undefined` when the file has no electrodes table
 * @throws {@link FormatError} when the path is no table. A column that does not decode is absent, with the notice `column-unreadable`
 */
export async function readElectrodes(
  file: Hdf5File,
  options: DynamicTableOptions & { readonly path?: string | undefined } = {},
): Promise<Electrodes | undefined> {
  const { signal, path = ELECTRODES_PATH } = options;
  const table = await readDynamicTable(file, path, options);
  if (!table) return undefined;
  const notices = [...table.notices];
  const groupPaths = readGroupPaths(table);
  const groups = new Map<string, ElectrodeGroup>();
  for (const groupPath of new Set(groupPaths)) {
    if (groupPath === null) continue;
    const group = await attempt(() => readElectrodeGroup(file, groupPath, { signal }));
    if ("problem" in group) notices.push(nwbNotice(file, groupPath, "group-unreadable", group.problem.message));
    else groups.set(groupPath, group.value);
  }
  const { rowCount } = table;
  const position = { x: readPosition(table, "x"), y: readPosition(table, "y"), z: readPosition(table, "z") };
  return { table, rowCount, ...position, locations: readLocations(table), groupPaths, groups, notices };
}

/** Name, attributes and device of an electrode group. */
export async function readElectrodeGroup(file: Hdf5File, path: string, options?: CallOptions): Promise<ElectrodeGroup> {
  const attributes = await file.attributes(path, options);
  return {
    name: nameOf(path),
    path,
    description: presentText(textAttribute(attributes, "description")),
    location: presentText(textAttribute(attributes, "location")),
    attributes: plainAttributes(attributes),
    device: await readDevice(file, `${path}/device`, options),
  };
}

/** Groups of a file, whether electrodes belong to them or not, in name order. */
export async function listElectrodeGroups(file: Hdf5File, options?: CallOptions): Promise<readonly string[]> {
  const parent = "/general/extracellular_ephys";
  if ((await file.find(parent, options))?.kind !== "group") return [];
  const paths: string[] = [];
  for (const { name } of await file.list(parent, options)) {
    const path = `${parent}/${name}`;
    if (path === ELECTRODES_PATH || (await file.find(path, options))?.kind !== "group") continue;
    paths.push(path);
  }
  return paths;
}

async function readDevice(file: Hdf5File, path: string, options?: CallOptions): Promise<ElectrodeDevice | undefined> {
  const found = await file.find(path, options);
  if (found?.kind !== "group") return undefined;
  const attributes = await file.attributes(path, options);
  return { name: nameOf(found.path), path: found.path, attributes: plainAttributes(attributes) };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function readPosition(table: DynamicTable, name: string): Float64Array | undefined {
  const values = table.columns.get(name)?.values;
  return values?.kind === "number" && values.shape.length === 1 ? toFloat64(values.values) : undefined;
}

function readLocations(table: DynamicTable): readonly (string | null)[] {
  const values = table.columns.get("location")?.values;
  if (values?.kind !== "text") return new Array<null>(table.rowCount).fill(null);
  return values.values.map((text) => presentText(text) ?? null);
}

function readGroupPaths(table: DynamicTable): readonly (string | null)[] {
  const values = table.columns.get("group")?.values;
  return values?.kind === "reference" ? values.paths : new Array<null>(table.rowCount).fill(null);
}
