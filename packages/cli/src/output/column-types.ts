import type { ParquetColumnType } from "@crossprobe/formats/parquet";
import { z } from "zod";
import type { ColumnTypes } from "./write-table.js";

/** How a noun of the model is stored as a table: a column a field, its type that of the field's schema. */
export function columnTypesOf(shape: Readonly<Record<string, z.core.$ZodType>>): ColumnTypes {
  return new Map(Object.entries(shape).map(([name, schema]) => [name, columnType(name, schema)]));
}

function columnType(name: string, schema: z.core.$ZodType): ParquetColumnType {
  if (schema instanceof z.ZodNullable) return columnType(name, schema.unwrap());
  if (schema instanceof z.ZodNumber) return schema.isInt ? "int32" : "double";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return "string";
  const [only, ...others] = new Set(alternatives(name, schema));
  if (only === undefined || others.length > 0) throw new TypeError(`${name} is no column: it is several things`);
  return only;
}

function alternatives(name: string, schema: z.core.$ZodType): readonly ParquetColumnType[] {
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => columnType(name, option));
  if (!(schema instanceof z.ZodLiteral)) throw new TypeError(`${name} is no column: it has parts`);
  return [...schema.values].map((value) => {
    if (typeof value === "number") return "double";
    if (typeof value === "boolean") return "boolean";
    return "string";
  });
}
