import type { DuckDBValue } from "@duckdb/node-api";

/**
 * A value of a result. NULL is null. Integers and decimals are numbers where a number holds every digit, else texts of their digits; dates,
 * times, UUIDs and bytes are texts as DuckDB writes them.
 */
export type SqlValue = null | boolean | number | string | readonly SqlValue[] | { readonly [name: string]: SqlValue };

export interface SqlColumn {
  readonly name: string;
  /** As DuckDB writes it: `BIGINT`, `VARCHAR[]`. */
  readonly type: string;
}

/** A value of DuckDB's as a plain one. */
export function toSqlValue(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
    return value;
  }
  if (typeof value === "bigint") return integer(value, value.toString());
  if (isDecimal(value)) return decimal(value.value, value.scale, value.toString());
  if ("items" in value) return value.items.map(toSqlValue);
  if ("entries" in value) {
    if (Array.isArray(value.entries)) {
      return value.entries.map(({ key, value: held }) => ({ key: toSqlValue(key), value: toSqlValue(held) }));
    }
    return Object.fromEntries(Object.entries(value.entries).map(([name, held]) => [name, toSqlValue(held)]));
  }
  return String(value);
}

type Decimal = { readonly value: bigint; readonly scale: number; toString(): string };

function isDecimal(value: object): value is Decimal {
  return "scale" in value && "value" in value && typeof value.value === "bigint";
}

function integer(value: bigint, digits: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : digits;
}

/** Both parts of the quotient are exact, so that it is the number nearest to the decimal. */
function decimal(value: bigint, scale: number, digits: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) && scale <= 22 ? number / 10 ** scale : digits;
}
