/** Digits of a time: thousandths, millionths or billionths of a second. */
export type TimeUnit = "MILLIS" | "MICROS" | "NANOS";

/** The newer notation of what a column means, as far as it matters here. */
export interface LogicalType {
  readonly type: string;
  readonly unit?: TimeUnit;
  readonly isAdjustedToUTC?: boolean;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
}

/** One line of a Parquet schema: how values are stored (`type`) and what they mean. Names are those of parquet.thrift. */
export interface SchemaElement {
  readonly name: string;
  readonly type?: string;
  readonly repetition_type?: string;
  readonly converted_type?: string;
  readonly logical_type?: LogicalType;
  readonly scale?: number;
  readonly precision?: number;
}

/** A column of the schema and what it consists of. */
export interface SchemaNode {
  readonly element: SchemaElement;
  readonly children: readonly SchemaNode[];
}
