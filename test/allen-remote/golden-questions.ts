import type { RmaQuery, Warehouse, WarehouseTable } from "@crossprobe/allen-adapter/warehouse";
import { RMA } from "@crossprobe/allen-adapter/warehouse";

const TYPES = ["brain_observatory_1.1", "functional_connectivity"];

/** The question of each golden case, as it is put here. Cases of AllenSDK's own caching are no questions. */
export const QUESTIONS: Readonly<Record<string, RmaQuery>> = {
  sessions: RMA.sessions(),
  "sessions filtered": RMA.sessions({ sessions: [900000001, 900000002], hasEyeTracking: true, sessionTypes: TYPES }),
  "sessions without eye tracking": RMA.sessions({ hasEyeTracking: false }),
  probes: RMA.probes(),
  "probes of a session": RMA.probes({ sessions: [900000001] }),
  "probes by id": RMA.probes({ probes: [910000003, 910000010] }),
  "channels of a probe": RMA.channels({ probes: [910000001] }),
  "channels, pages of 100": RMA.channels(),
  "channels by id": RMA.channels({ channels: [920000100, 920000122] }),
  "units, pages of 40": RMA.units(),
  "units by id": RMA.units({ units: [950001000, 950001119] }),
  "units of a channel": RMA.units({ channels: [920000112] }),
  "units of a probe": RMA.units({ probes: [910000003] }),
  "units of a session": RMA.units({ sessions: [900000002] }),
  "metrics by unit": RMA.metrics({ units: [950001000, 950001051] }),
  "metrics of a session": RMA.metrics({ sessions: [900000002] }),
  "metrics of a type, pages of 10": RMA.metrics({ sessionTypes: ["functional_connectivity"] }),
  "metrics with swapped p_value_rf and on_screen_rf": RMA.metrics({ units: [950001000, 950001017, 950001034] }),
  "metrics as text": RMA.metrics({ units: [950001000, 950001017] }),
  "metrics with numpy's text form of an array": RMA.metrics({ units: [950001000, 950001017] }),
  "session file": RMA.sessionFile(900000001),
  "session file, absent": RMA.sessionFile(900000009),
  "LFP file": RMA.lfpFile(910000001),
  "LFP file, absent": RMA.lfpFile(910000005),
  templates: RMA.templates(),
};

/** The table of each golden case that is one. */
export const TABLES: Readonly<Record<string, (warehouse: Warehouse) => Promise<WarehouseTable>>> = {
  sessions: (warehouse) => warehouse.sessions(),
  "sessions filtered": (warehouse) =>
    warehouse.sessions({ sessions: [900000001, 900000002], hasEyeTracking: true, sessionTypes: TYPES }),
  "sessions without eye tracking": (warehouse) => warehouse.sessions({ hasEyeTracking: false }),
  probes: (warehouse) => warehouse.probes(),
  "probes of a session": (warehouse) => warehouse.probes({ sessions: [900000001] }),
  "probes by id": (warehouse) => warehouse.probes({ probes: [910000003, 910000010] }),
  "channels of a probe": (warehouse) => warehouse.channels({ probes: [910000001] }),
  "channels by id": (warehouse) => warehouse.channels({ channels: [920000100, 920000122] }),
  "units by id": (warehouse) => warehouse.units({ units: [950001000, 950001119] }),
  "units of a channel": (warehouse) => warehouse.units({ channels: [920000112] }),
  "metrics by unit": (warehouse) => warehouse.metrics({ units: [950001000, 950001051] }),
  "metrics with swapped p_value_rf and on_screen_rf": (warehouse) =>
    warehouse.metrics({ units: [950001000, 950001017, 950001034] }),
  "metrics as text": (warehouse) => warehouse.metrics({ units: [950001000, 950001017] }),
};
