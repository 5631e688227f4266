import { type CallOptions, type Column, type Table, table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { readTimeIntervals, toTable } from "@crossprobe/nwb";
import { DEFAULT_ERRATA, type ErrataSettings } from "../errata/errata-choice.js";
import { OPTO_NAME } from "../errata/files.js";
import type { NoticeCounter } from "../notices.js";
import { absent, type Presence, present } from "./presence.js";

const MODULE = "/processing/optotagging";

/**
 * Pulses of light for optotagging: `id`, `start_time`, `stop_time`, `duration` (s), `condition`, `level` (V at the laser), `stimulus_name`.
 *
 * Absent where the session had none: the module, or the table in it, is then missing.
 *
 * Source: `optogenetic_stimulation` (2020); `optogenetic_stimuluation`, so spelt, with the name in `name` (2019).
 */
export async function readLightPulses(
  file: Hdf5File,
  notices: NoticeCounter,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<Presence<Table>> {
  if ((await file.find(MODULE, options))?.kind !== "group") {
    return absent("The session has no optotagging module: no light was delivered.");
  }
  const call = { except: ["tags"], signal: options?.signal };
  const old = `${MODULE}/optogenetic_stimuluation`;
  const current = await readTimeIntervals(file, `${MODULE}/optogenetic_stimulation`, call);
  const pulses = current ?? (await readTimeIntervals(file, old, call));
  if (!pulses) return absent("The optotagging module of the session lists no pulse: no light was delivered.");
  if (!current && !errata.isOn(OPTO_NAME.id)) return present(table(toTable(pulses.table).columns, pulses.rowCount));
  if (!current) {
    notices.add(OPTO_NAME.id, `${file.url}#${old}`, "The table has the misspelt name that files of 2019 give it.");
  }
  const columns = [...toTable(pulses.table).columns].map(([name, column]): [string, Column] => [
    name === "name" ? "stimulus_name" : name,
    column,
  ]);
  return present(table(columns, pulses.rowCount));
}
