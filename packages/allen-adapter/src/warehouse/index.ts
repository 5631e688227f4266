/**
 * The Allen Institute's data warehouse (RMA) without a hub: the tables of Visual Coding – Neuropixels, and where its files can be fetched.
 */

export { type LfpLink, type LinkedProbe, lfpLinks, linkLine, type SessionLink, sessionLinks } from "./links.js";
export { RmaClient, type RmaClientOptions, type RmaRow, type RmaRows, WAREHOUSE_URL } from "./rma-client.js";
export {
  type ChannelRows,
  type Ids,
  type MetricsRows,
  type ProbeRows,
  RMA,
  type RmaQuery,
  type SessionRows,
  type UnitRows,
} from "./rma-query.js";
export { type FileLink, type TemplateLink, Warehouse, type WarehouseOptions } from "./warehouse.js";
export { WarehouseStore } from "./warehouse-store.js";
export type { Cell, WarehouseTable } from "./warehouse-table.js";
