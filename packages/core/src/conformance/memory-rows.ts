import { findRegion, hemisphereOf, toRegionLabel } from "@crossprobe/atlas";
import { NotFoundError } from "../errors.js";
import type { Channel } from "../model/channel.js";
import type { SessionEvent } from "../model/event.js";
import { formatRef, type Ref, ref, type UnitRef } from "../model/ref.js";
import type { Unit } from "../model/unit.js";
import { eventTime, MEMORY_DATASET, PROBE, SESSION, spikeTimesOf, UNIT_SITES } from "./memory-dataset.js";

export const unitRef = (unit: number) => ref(MEMORY_DATASET, "unit", `${PROBE.id}/${unit}`);
export const channelRef = (site: number) => ref(MEMORY_DATASET, "channel", `${PROBE.id}/${site}`);

export function expectKnown(wanted: Ref, ids: readonly string[]): void {
  if (!ids.includes(wanted.id)) throw new NotFoundError(`no ${wanted.kind} ${formatRef(wanted)} here`);
}

export function unitNumber(unit: UnitRef): number {
  const index = Number(unit.id.slice(PROBE.id.length + 1));
  if (!unit.id.startsWith(`${PROBE.id}/`) || UNIT_SITES[index] === undefined)
    throw new NotFoundError(`no ${formatRef(unit)}`);
  return index;
}

export function trainOf(all: Float64Array, unit: number): Float64Array {
  const before = UNIT_SITES.slice(0, unit).reduce((sum, _, earlier) => sum + spikeTimesOf(earlier).length, 0);
  return all.subarray(before, before + spikeTimesOf(unit).length);
}

export function channelOf(acronym: string | null, site: number): Channel {
  const region = acronym === null ? undefined : findRegion(acronym);
  const ccf = region === undefined ? null : { ap: 8000 + 10 * site, dv: 3000 - 100 * site, ml: 5000 };
  return {
    ...{ ref: channelRef(site), probe: PROBE, region: region ? toRegionLabel(region) : null },
    ...{ regionAbsent: region ? null : "notRegistered", ccf, hemisphere: ccf && hemisphereOf(ccf) },
    ...{ distanceFromTipUm: 20 * (site + 1), siteIndex: site, lateralUm: 11, quality: null },
  };
}

export function unitOf(channel: Channel, unit: number): Unit {
  const { region, regionAbsent, ccf, hemisphere, distanceFromTipUm } = channel;
  return {
    ...{ ref: unitRef(unit), probe: PROBE, session: SESSION, uuid: null, peakChannel: channel.ref },
    ...{ region, regionAbsent, ccf, hemisphere, distanceFromTipUm, spikeCount: 10 + 7 * unit, firingRate: null },
    ...{
      firingRateSource: null,
      quality: { "memory-good@2026": unit % 2 === 0 },
      metrics: { "memory.snr": unit + 0.5, "memory.evenness": unit % 2 === 0 ? 1 : 0 },
    },
  };
}

export function eventOf(index: number): SessionEvent {
  return {
    ...{ type: "stimulus.visual.onset", time: eventTime(index), stopTime: eventTime(index) + 0.5, stimulus: "gabors" },
    ...{ contrast: 0.5, side: index % 2 === 0 ? "right" : "left", polarity: null, azimuthDeg: 10, elevationDeg: -1 },
    ...{ orientationDeg: null, temporalFrequency: null, spatialFrequencyCpd: null, frame: null, choice: null },
    ...{ isCorrect: null, nativeRow: index },
  };
}
