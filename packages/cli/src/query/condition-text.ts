import { type ColumnMeaning, columnsOf } from "@crossprobe/catalogue";
import { type Condition, QueryError, type RowKind } from "@crossprobe/core";
import { InvalidArgumentError } from "commander";

const SIGNS = [">=", "<=", "!=", "!~", ">", "<", "=", "~"] as const;
type Sign = (typeof SIGNS)[number];

/** `firingRate>=4` taken apart; what its column holds depends on the rows that are asked for. */
export interface ColumnTest {
  readonly column: string;
  readonly sign: Sign;
  readonly value: string;
}

/** Parser of `--where`. */
export function parseColumnTest(text: string): ColumnTest {
  const [, column, sign, value] = /^\s*([\w.@-]+)\s*(>=|<=|!=|!~|>|<|=|~)\s*(.*?)\s*$/s.exec(text) ?? [];
  const known = SIGNS.find((one) => one === sign);
  if (column !== undefined && known !== undefined && value) return { column, sign: known, value };
  throw new InvalidArgumentError(
    `Write <column><sign><value> with one of ${SIGNS.join(" ")}, such as 'firingRate>=4', 'lab=a|b' or 'genotype~Sst'.`,
  );
}

/** Parser of `--metric`: bounds on a metric by the id of its definition; without a sign it is enough that there is a value. */
export function parseMetricTest(text: string): Condition {
  const [, metric, sign, value] = /^\s*([\w.@-]+)\s*(?:(>=|<=|!=|>|<|=)\s*(\S+))?\s*$/.exec(text) ?? [];
  const known = SIGNS.find((one) => one === sign);
  const bound = Number(value);
  if (metric !== undefined && sign === undefined) return { metric };
  if (metric === undefined || known === undefined || !Number.isFinite(bound)) {
    throw new InvalidArgumentError("Write <metric><sign><number> with >=, >, <=, <, = or !=, such as 'a.snr>=2'.");
  }
  return boundedBy(known, bound, (bounds) => ({ metric, ...bounds }));
}

/**
 * The condition on rows of a kind.
 *
 * @throws {@link QueryError} for a column that such rows do not have, and a sign or value that does not fit what the column holds
 */
export function toColumnCondition({ column, sign, value }: ColumnTest, kind: RowKind): Condition {
  const meaning = columnsOf(kind).find(({ name }) => name === column);
  // Metrics are columns of their own, which only the catalogue knows.
  if (meaning === undefined && kind === "units" && column.includes(".")) return metricCondition(column, sign, value);
  if (meaning === undefined) throw unknownColumn(column, kind);
  const instead = OPTIONS[column];
  if (instead !== undefined) throw new QueryError(`${column} is no column to compare`, { hint: instead });
  if (meaning.type === "flag") {
    throw new QueryError(`${column} is a flag`, { hint: "ask with --has lfp, waveforms or pupil" });
  }
  return meaning.type === "number" ? numberCondition(meaning, sign, value) : textCondition(meaning, sign, value);
}

const OPTIONS: Readonly<Record<string, string>> = {
  region: "ask with --region",
  granularity: "ask with --region, and --policy possible for coarse labels",
};

function unknownColumn(column: string, kind: RowKind): QueryError {
  const names = columnsOf(kind).map(({ name }) => name);
  const near = names.find((name) => name.toLowerCase() === column.toLowerCase());
  const metrics = kind === "units" ? ", and metrics by the ids of their definitions" : "";
  return new QueryError(`${kind} have no column ${JSON.stringify(column)}`, {
    hint: near === undefined ? `there are ${names.join(", ")}${metrics}` : `did you mean ${near}?`,
  });
}

function metricCondition(metric: string, sign: Sign, value: string): Condition {
  const bound = Number(value);
  if (sign === "~" || sign === "!~" || !Number.isFinite(bound)) {
    throw new QueryError(`${metric} is a metric, which ${sign}${value} does not compare`, {
      hint: `compare it with a number, such as '${metric}>=1'`,
    });
  }
  return boundedBy(sign, bound, (bounds) => ({ metric, ...bounds }));
}

function numberCondition({ name: column, unit }: ColumnMeaning, sign: Sign, value: string): Condition {
  const bounds = value.split("|").map(Number);
  const [bound = Number.NaN] = bounds;
  const isEqual = sign === "=" || sign === "!=";
  if (sign === "~" || sign === "!~" || bounds.some((one) => !Number.isFinite(one)) || (bounds.length > 1 && !isEqual)) {
    throw new QueryError(
      `${column} is a number${unit === null ? "" : ` in ${unit}`}, which ${sign}${value} does not compare`,
      {
        hint: `write it as '${column}>=4'`,
      },
    );
  }
  if (bounds.length === 1) return boundedBy(sign, bound, (span) => ({ column, ...span }));
  const anyOf = bounds.map((one) => ({ column, min: one, max: one }));
  return sign === "=" ? { anyOf } : { not: { anyOf } };
}

type Bounds = { readonly min?: number; readonly max?: number };

/** Bounds of conditions are inclusive: what excludes its bound is the contrary of one that does not. */
function boundedBy(sign: Sign, bound: number, condition: (bounds: Bounds) => Condition): Condition {
  switch (sign) {
    case ">=":
      return condition({ min: bound });
    case "<=":
      return condition({ max: bound });
    case ">":
      return { not: condition({ max: bound }) };
    case "<":
      return { not: condition({ min: bound }) };
    default: {
      const equal = condition({ min: bound, max: bound });
      return sign === "!=" ? { not: equal } : equal;
    }
  }
}

function textCondition({ name: column }: ColumnMeaning, sign: Sign, value: string): Condition {
  const values = value.split("|").map((one) => one.trim());
  if (values.includes("")) {
    throw new QueryError(`${column}${sign}${value} has an empty alternative`, { hint: "write a|b for one of several" });
  }
  if (sign === "=" || sign === "!=") {
    const equal = { column, oneOf: values };
    return sign === "=" ? equal : { not: equal };
  }
  if (sign === "~" || sign === "!~") {
    const parts = values.map((contains) => ({ column, contains }));
    const [only, ...others] = parts;
    const any: Condition = only !== undefined && others.length === 0 ? only : { anyOf: parts };
    return sign === "~" ? any : { not: any };
  }
  throw new QueryError(`${column} is a text, which ${sign} does not compare`, { hint: "compare it with = or ~" });
}
