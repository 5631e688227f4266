import { type CallOptions, type Table, table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { type ElectrodeGroup, listElectrodeGroups, type PlainAttribute, readElectrodeGroup } from "@crossprobe/nwb";
import { DEFAULT_ERRATA, type ErrataSettings } from "../errata/errata-choice.js";
import { ZERO_RATE } from "../errata/rates.js";
import type { NoticeCounter } from "../notices.js";

/**
 * Probes of a session file, in name order: `id`, `description` (the probe's name), `location`, `sampling_rate` and `lfp_sampling_rate`
 * (hertz on the probe's own clock; NaN where the file says 0, which is no rate), `has_lfp_data`.
 *
 * Source: 2020: groups named after the probe with the attributes of `EcephysElectrodeGroup`, the sampling rate on its device. 2019:
 * groups named by the probe's number, every attribute on the group, the name as description.
 */
export async function readProbes(
  file: Hdf5File,
  notices: NoticeCounter,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<Table> {
  const groups: ElectrodeGroup[] = [];
  for (const path of await listElectrodeGroups(file, options)) {
    groups.push(await readElectrodeGroup(file, path, options));
  }
  const rate = (group: ElectrodeGroup, name: string): number => {
    const value = toNumber(group.attributes.get(name) ?? group.device?.attributes.get(name));
    if (!errata.isOn(ZERO_RATE.id) || !ZERO_RATE.detect(value)) return value;
    const message = "A sampling rate of 0 is none; times that need it are absent.";
    notices.add(ZERO_RATE.id, `${file.url}#${group.path}`, message);
    return Number.NaN;
  };
  return table(
    [
      ["id", Float64Array.from(groups, idOf)],
      ["description", groups.map(nameOf)],
      ["location", groups.map(({ location }) => location ?? null)],
      ["sampling_rate", Float64Array.from(groups, (group) => rate(group, "sampling_rate"))],
      ["lfp_sampling_rate", Float64Array.from(groups, (group) => rate(group, "lfp_sampling_rate"))],
      ["has_lfp_data", groups.map(({ attributes }) => toBoolean(attributes.get("has_lfp_data")))],
    ],
    groups.length,
  );
}

/** Whether groups of the file carry the probe's number as their name. */
function isNumbered({ name }: ElectrodeGroup): boolean {
  return /^\d+$/.test(name);
}

function idOf(group: ElectrodeGroup): number {
  return isNumbered(group) ? Number(group.name) : toNumber(group.attributes.get("probe_id"));
}

function nameOf(group: ElectrodeGroup): string {
  return isNumbered(group) ? (group.description ?? group.name) : group.name;
}

function toNumber(value: PlainAttribute | undefined): number {
  return typeof value === "number" ? value : Number.NaN;
}

function toBoolean(value: PlainAttribute | undefined): boolean | null {
  if (typeof value === "boolean") return value;
  return typeof value === "number" ? value !== 0 : null;
}
