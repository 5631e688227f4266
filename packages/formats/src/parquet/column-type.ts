import type { LogicalType, SchemaElement, SchemaNode, TimeUnit } from "./schema-node.js";

/** What a leaf column holds, with both of Parquet's notations (converted and logical types) brought together. */
export type LeafKind =
  | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "boolean" | "string" | "binary" | "date" | "json" | "uuid" | "null" }
  | { readonly kind: "decimal"; readonly scale: number; readonly precision: number }
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly isUtc: boolean }
  | { readonly kind: "time"; readonly unit: TimeUnit };

const UNITS: Readonly<Record<TimeUnit, string>> = { MILLIS: "ms", MICROS: "us", NANOS: "ns" };

/** A readable name of a column's type, close to Arrow's. */
export function typeNameOf(node: SchemaNode): string {
  if (node.children.length > 0) return groupName(node.element);
  const name = leafName(leafKindOf(node.element));
  return node.element.repetition_type === "REPEATED" ? `list<${name}>` : name;
}

/** Whether every row is one value: neither list nor record. */
export function isFlat(node: SchemaNode): boolean {
  return node.children.length === 0 && node.element.repetition_type !== "REPEATED";
}

/** Source: parquet-format, LogicalTypes.md, with its rules for files that only have the older converted types. */
export function leafKindOf(element: SchemaElement): LeafKind {
  if (isDecimal(element)) {
    const { scale = element.scale ?? 0, precision = element.precision ?? 0 } = element.logical_type ?? {};
    return { kind: "decimal", scale, precision };
  }
  return logicalKind(element.logical_type) ?? convertedKind(element) ?? physicalKind(element);
}

/** Whether values are decimals: an integer, or the bytes of one, to be divided by a power of ten. */
export function isDecimal(element: SchemaElement): boolean {
  return element.converted_type === "DECIMAL" || element.logical_type?.type === "DECIMAL";
}

const LOGICAL_KINDS: Readonly<Record<string, LeafKind>> = {
  STRING: { kind: "string" },
  ENUM: { kind: "string" },
  DATE: { kind: "date" },
  JSON: { kind: "json" },
  UUID: { kind: "uuid" },
  NULL: { kind: "null" },
  FLOAT16: { kind: "float", bits: 16 },
};

function logicalKind(logical: LogicalType | undefined): LeafKind | undefined {
  if (logical === undefined) return undefined;
  const { type, unit = "MILLIS", isAdjustedToUTC: isUtc = true, bitWidth = 32, isSigned = true } = logical;
  if (type === "INTEGER") return { kind: "integer", bits: toBits(bitWidth), isSigned };
  if (type === "TIMESTAMP") return { kind: "timestamp", unit, isUtc };
  return type === "TIME" ? { kind: "time", unit } : LOGICAL_KINDS[type];
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
