import type { LogicalType, SchemaElement, SchemaTree, TimeUnit } from "hyparquet";
import { isDecimal } from "./raw-values.js";

/** What a leaf column holds, with both of Parquet's notations (converted and logical types) brought together. */
export type LeafKind =
  | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "boolean" | "string" | "binary" | "date" | "json" | "uuid" }
  | { readonly kind: "decimal"; readonly scale: number; readonly precision: number }
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly isUtc: boolean }
  | { readonly kind: "time"; readonly unit: TimeUnit };

const UNITS: Readonly<Record<TimeUnit, string>> = { MILLIS: "ms", MICROS: "us", NANOS: "ns" };

/** A readable name of a column's type, close to Arrow's. */
export function typeNameOf(node: SchemaTree): string {
  if (node.children.length > 0) return groupName(node.element);
  const name = leafName(leafKindOf(node.element));
  return node.element.repetition_type === "REPEATED" ? `list<${name}>` : name;
}

/** Whether every row is one value: neither list nor record. */
export function isFlat(node: SchemaTree): boolean {
  return node.children.length === 0 && node.element.repetition_type !== "REPEATED";
}

/** Source: parquet-format, LogicalTypes.md, with its rules for files that only have the older converted types. */
export function leafKindOf(element: SchemaElement): LeafKind {
  if (isDecimal(element)) {
    const logical = element.logical_type?.type === "DECIMAL" ? element.logical_type : undefined;
    const scale = logical?.scale ?? element.scale ?? 0;
    return { kind: "decimal", scale, precision: logical?.precision ?? element.precision ?? 0 };
  }
  return logicalKind(element.logical_type) ?? convertedKind(element) ?? physicalKind(element);
}

function logicalKind(logical: LogicalType | undefined): LeafKind | undefined {
  switch (logical?.type) {
    case "INTEGER":
      return { kind: "integer", bits: toBits(logical.bitWidth), isSigned: logical.isSigned };
    case "TIMESTAMP":
      return { kind: "timestamp", unit: logical.unit, isUtc: logical.isAdjustedToUTC };
    case "TIME":
      return { kind: "time", unit: logical.unit };
    case "STRING":
    case "ENUM":
      return { kind: "string" };
    case "DATE":
      return { kind: "date" };
    case "JSON":
      return { kind: "json" };
    case "UUID":
      return { kind: "uuid" };
    case "FLOAT16":
      return { kind: "float", bits: 16 };
    default:
      return undefined;
  }
}

function convertedKind({ converted_type: type }: SchemaElement): LeafKind | undefined {
  const integer = /^(U?)INT_(8|16|32|64)$/.exec(type ?? "");
  if (integer !== null) return { kind: "integer", bits: toBits(Number(integer[2])), isSigned: integer[1] === "" };
  switch (type) {
    case "UTF8":
    case "ENUM":
      return { kind: "string" };
    case "DATE":
      return { kind: "date" };
    case "JSON":
      return { kind: "json" };
    // The converted types always meant UTC.
    case "TIMESTAMP_MILLIS":
      return { kind: "timestamp", unit: "MILLIS", isUtc: true };
    case "TIMESTAMP_MICROS":
      return { kind: "timestamp", unit: "MICROS", isUtc: true };
    case "TIME_MILLIS":
      return { kind: "time", unit: "MILLIS" };
    case "TIME_MICROS":
      return { kind: "time", unit: "MICROS" };
    default:
      return undefined;
  }
}

function physicalKind({ type }: SchemaElement): LeafKind {
  switch (type) {
    case "BOOLEAN":
      return { kind: "boolean" };
    case "INT32":
      return { kind: "integer", bits: 32, isSigned: true };
    case "INT64":
      return { kind: "integer", bits: 64, isSigned: true };
    // Deprecated, nanoseconds, written by Spark and old pyarrow; without a time zone.
    case "INT96":
      return { kind: "timestamp", unit: "NANOS", isUtc: false };
    case "FLOAT":
      return { kind: "float", bits: 32 };
    case "DOUBLE":
      return { kind: "float", bits: 64 };
    default:
      return { kind: "binary" };
  }
}

function toBits(width: number): 8 | 16 | 32 | 64 {
  return width === 8 || width === 16 || width === 64 ? width : 32;
}

function leafName(leaf: LeafKind): string {
  switch (leaf.kind) {
    case "integer":
      return `${leaf.isSigned ? "" : "u"}int${leaf.bits}`;
    case "float":
      return { 16: "float16", 32: "float", 64: "double" }[leaf.bits];
    case "boolean":
      return "bool";
    case "decimal":
      return `decimal(${leaf.precision}, ${leaf.scale})`;
    case "timestamp":
      return `timestamp[${UNITS[leaf.unit]}${leaf.isUtc ? ", UTC" : ""}]`;
    case "time":
      return `time[${UNITS[leaf.unit]}]`;
    default:
      return leaf.kind;
  }
}

function groupName(element: SchemaElement): string {
  const type = element.logical_type?.type ?? element.converted_type;
  if (type === "LIST") return "list";
  return type === "MAP" || type === "MAP_KEY_VALUE" ? "map" : "struct";
}
