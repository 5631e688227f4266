import { QueryError } from "@crossprobe/core";
import type { NoticeCounter } from "../notices.js";
import type { TypedColumns } from "./project-table.js";

/**
 * Which units of a table are kept. Bounds are inclusive; 0 is a bound, null is none.
 *
 * Source: AllenSDK `EcephysProjectCache._get_units`, `ecephys_session.UNIT_FILTER_DEFAULTS`. The last three are not to be seen there.
 */
export interface UnitFilters {
  /** 0.1 unless given. */
  readonly amplitudeCutoffMaximum?: number | null | undefined;
  /** 0.95 unless given (one tutorial says 0.9). */
  readonly presenceRatioMinimum?: number | null | undefined;
  /** 0.5 unless given. */
  readonly isiViolationsMaximum?: number | null | undefined;
  /** Whether a unit without one of the three metrics is dropped even where it has no bound; true unless given. */
  readonly requireMetrics?: boolean | undefined;
  /** Whether units other than `good` are dropped where the table has a column `quality`; true unless given. Released tables have none. */
  readonly requireGoodQuality?: boolean | undefined;
  /** Whether a unit is dropped whose peak channel `channels.csv` does not list; true unless given. Without it their place is absent. */
  readonly requireListedChannel?: boolean | undefined;
}

/** The filters of a unit table that nothing else was asked for. */
export const DEFAULT_UNIT_FILTERS = {
  amplitudeCutoffMaximum: 0.1,
  presenceRatioMinimum: 0.95,
  isiViolationsMaximum: 0.5,
  requireMetrics: true,
  requireGoodQuality: true,
  requireListedChannel: true,
} as const satisfies Required<UnitFilters>;

/** Every unit of the table: no bound, nothing required. */
export const NO_UNIT_FILTERS = {
  amplitudeCutoffMaximum: null,
  presenceRatioMinimum: null,
  isiViolationsMaximum: null,
  requireMetrics: false,
  requireGoodQuality: false,
  requireListedChannel: false,
} as const satisfies Required<UnitFilters>;

/** One test that a unit passes or fails. */
export interface UnitRule {
  /** Such as `amplitude-cutoff-maximum`; the notice about those that failed is `units-dropped-<name>`. */
  readonly name: string;
  /** The test, in words with its bound. */
  readonly definition: string;
}

interface ColumnRule extends UnitRule {
  readonly column: string;
  readonly passes: (value: unknown) => boolean;
}

const BOUNDS = [
  { filter: "amplitudeCutoffMaximum", column: "amplitude_cutoff", sign: "<=" },
  { filter: "presenceRatioMinimum", column: "presence_ratio", sign: ">=" },
  { filter: "isiViolationsMaximum", column: "isi_violations", sign: "<=" },
] as const;
const LISTED: UnitRule = { name: "listed-channel", definition: "the peak channel has a row in channels.csv" };

/**
 * The tests that filters stand for, in the order in which they are made.
 *
 * @throws {@link QueryError} for a filter that there is not, or a bound that is no number
 */
export function unitRules(filters: UnitFilters = {}): readonly UnitRule[] {
  const rules: UnitRule[] = columnRules(filters).map(({ name, definition }) => ({ name, definition }));
  return complete(filters).requireListedChannel ? [...rules, LISTED] : rules;
}

/** Row numbers that pass every test of a column; those that do not are counted at the first that they fail. */
export function filterUnits(
  columns: TypedColumns,
  filters: UnitFilters,
  where: string,
  notices: NoticeCounter,
): Int32Array {
  const rowCount = columns.get("id")?.values.length ?? 0;
  let rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  for (const { column, name, definition, passes } of columnRules(filters)) {
    const values = columns.get(column)?.values;
    if (!values) {
      if (column !== "quality") {
        const message = `There is no column ${column}, so that units could not be tested by it.`;
        notices.add("unit-rule-without-column", where, message);
      }
      continue;
    }
    const kept = rows.filter((row) => passes(values[row]));
    noteDropped(name, definition, rows.length - kept.length, where, notices);
    rows = kept;
  }
  return rows;
}

/** Counts units that a rule dropped. */
export function noteDropped(
  name: string,
  definition: string,
  count: number,
  where: string,
  notices: NoticeCounter,
): void {
  notices.add(`units-dropped-${name}`, where, `These units were left out: the filter asks that ${definition}.`, count);
}

/** The rule that a unit's channel must be listed, if it is asked for. */
export function listedChannelRule(filters: UnitFilters): UnitRule | undefined {
  return complete(filters).requireListedChannel ? LISTED : undefined;
}

function columnRules(filters: UnitFilters): readonly ColumnRule[] {
  const wanted = complete(filters);
  const rules = BOUNDS.flatMap(({ filter, column, sign }): readonly ColumnRule[] => {
    const bound = wanted[filter];
    if (bound !== null && (typeof bound !== "number" || Number.isNaN(bound))) throw noBound(filter, bound);
    const name = filter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (bound === null) {
      const isThere = { name: `${column.replaceAll("_", "-")}-stated`, definition: `${column} is stated` };
      return wanted.requireMetrics ? [{ ...isThere, column, passes: isNumber }] : [];
    }
    const definition = `${column} ${sign} ${bound}`;
    const passes = (value: unknown) => isNumber(value) && (sign === "<=" ? value <= bound : value >= bound);
    return [{ ...{ name, definition, column }, passes }];
  });
  if (!wanted.requireGoodQuality) return rules;
  const good = {
    name: "good-quality",
    definition: 'quality is "good", where the table has that column',
    column: "quality",
  };
  return [...rules, { ...good, passes: (value) => value === "good" }];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}

function complete(filters: UnitFilters): Required<UnitFilters> {
  const known = Object.keys(DEFAULT_UNIT_FILTERS);
  const unknown = Object.keys(filters).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new QueryError(`There is no unit filter ${JSON.stringify(unknown)}.`, {
      hint: `There are: ${known.join(", ")}.`,
    });
  }
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_UNIT_FILTERS, ...Object.fromEntries(given) };
}

function noBound(filter: string, bound: unknown): QueryError {
  return new QueryError(`${filter} is ${String(bound)}, which is no bound.`, {
    hint: "Give a number, or null for no bound.",
  });
}
