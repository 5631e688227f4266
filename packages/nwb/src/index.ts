/**
 * NWB 2 on top of an HDF5 file: tables, units, electrodes, electrical series, intervals. Values are read by range; what a file leaves
 * out is absent, what it does wrong is an error that names the place or a notice.
 */

export type { Attributes, PlainAttribute } from "./attributes.js";
export { plainAttributes } from "./attributes.js";
export {
  type BooleanValues,
  type Cell,
  type ColumnValues,
  type CompoundValues,
  type EnumValues,
  type NumberValues,
  type Offsets,
  type RaggedValues,
  type ReferenceValues,
  type RegionValues,
  type TextValues,
  toCell,
  type UnreadValues,
} from "./column-values.js";
export {
  type DynamicTable,
  type DynamicTableOptions,
  findColumn,
  numbersOf,
  readDynamicTable,
  requireColumn,
  type TableColumn,
  textsOf,
  toTable,
} from "./dynamic-table.js";
export { type ElectricalRequest, type ElectricalSeries, openElectricalSeries } from "./electrical-series.js";
export {
  type ElectrodeDevice,
  type ElectrodeGroup,
  type Electrodes,
  listElectrodeGroups,
  readElectrodeGroup,
  readElectrodes,
} from "./electrodes.js";
export { type NwbFile, type NwbSubject, openNwb } from "./nwb-file.js";
export { openRagged, type RaggedReader, type RaggedRows } from "./ragged-reader.js";
export { readSamplingStep, type SamplingStep } from "./sampling-step.js";
export {
  type CachedNamespace,
  isEarlierThan2020,
  isVersionBefore,
  readSchemaVersion,
  type SchemaVersion,
} from "./schema-version.js";
export type { SeriesClock } from "./series-clock.js";
export { type ColumnSummary, type NwbSummary, type SeriesSummary, summarizeNwb, type TableSummary } from "./summary.js";
export { listTimeIntervals, readTimeIntervals, type TimeIntervals } from "./time-intervals.js";
export { openTimeSeries, type TimeSeries } from "./time-series.js";
export { type ReadUnitsOptions, readUnits, type Units, type WaveformColumn } from "./units.js";
