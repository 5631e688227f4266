import { unknownShape } from "./place.js";
import { familyOf } from "./probe-version.js";
import type { SpikeglxMeta } from "./spikeglx-meta.js";

/** What the read-out table says of one hardware channel. */
export interface ImroEntry {
  readonly channel: number;
  /** Number of the site on the probe, tip first; of shank s of four from 1280 s. Null where the table does not say. */
  readonly site: number | null;
  /** 0: external. Others are sites of the probe itself. */
  readonly reference: number;
  /** Null for Neuropixels 2.0, of which the whole probe has one gain. */
  readonly apGain: number | null;
  readonly lfGain: number | null;
  /** Whether the AP band has its 300 Hz high-pass filter; null where the table does not say. */
  readonly isHighPassed: boolean | null;
}

const CHANNELS_PER_BANK = 384;
const SITES_PER_SHANK = 1280;

/**
 * The read-out table of a probe by hardware channel.
 *
 * - 3A: channel, bank, reference, AP gain, LF gain
 * - other 1.0 probes: the same and the filter
 * - 2.0, one shank: channel, bank mask, reference, site
 * - 2.0, four shanks, with a quad base too: channel, shank, bank, reference, site
 *
 * Source: `~imroTbl` in https://billkarsh.github.io/SpikeGLX/help/parsing/
 *
 * @throws {@link SchemaError} when there is no table or its entries are of another length
 */
export function readImroTable(meta: SpikeglxMeta): ReadonlyMap<number, ImroEntry> {
  const text = meta.values.get("imroTbl");
  if (typeof text !== "string") throw unknownShape(meta.url, "key ~imroTbl is absent");
  if (meta.version === null) {
    const type = meta.values.get("imDatPrb_type");
    const hint = "types 0, 21, 24, 1100, 2003, 2013 and 2020 and phase 3A probes are known";
    throw unknownShape(meta.url, `probe type ${type ?? "(imDatPrb_type is absent)"} is not known`, hint);
  }
  const isNp2 = familyOf(meta.version) === "np2";
  const rows = [...text.matchAll(/\(([^()]*)\)/g)].map((match) => match[1] ?? "").filter((row) => row.includes(" "));
  const entries = rows.map((row) => {
    const numbers = row.trim().split(/\s+/).map(Number);
    const entry = numbers.every(Number.isInteger) ? (isNp2 ? np2Entry(numbers) : np1Entry(numbers)) : null;
    if (entry === null)
      throw unknownShape(meta.url, `~imroTbl has an entry of another kind for ${meta.version}: (${row})`);
    return entry;
  });
  if (entries.length === 0) throw unknownShape(meta.url, "~imroTbl has no entries");
  return new Map(entries.map((entry) => [entry.channel, entry]));
}

function np1Entry(numbers: readonly number[]): ImroEntry | null {
  const [channel, bank, reference, apGain, lfGain, filter] = numbers;
  if (channel === undefined || bank === undefined || reference === undefined) return null;
  if (apGain === undefined || lfGain === undefined || numbers.length > 6) return null;
  if (!(apGain > 0 && lfGain > 0)) return null;
  const isHighPassed = filter === undefined ? null : filter === 1;
  return { channel, site: bank * CHANNELS_PER_BANK + channel, reference, apGain, lfGain, isHighPassed };
}

function np2Entry(numbers: readonly number[]): ImroEntry | null {
  const [channel] = numbers;
  const shank = numbers.length === 5 ? numbers[1] : 0;
  const [reference, site] = numbers.length === 4 ? numbers.slice(2) : numbers.slice(3);
  if (numbers.length < 4 || numbers.length > 5) return null;
  if (channel === undefined || shank === undefined || reference === undefined || site === undefined) return null;
  return { channel, site: shank * SITES_PER_SHANK + site, reference, apGain: null, lfGain: null, isHighPassed: false };
}
