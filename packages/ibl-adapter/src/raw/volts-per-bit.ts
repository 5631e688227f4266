import { readImroTable } from "./imro-table.js";
import { unknownShape } from "./place.js";
import { familyOf } from "./probe-version.js";
import { savedChannels } from "./saved-channels.js";
import { needPositive, type SpikeglxMeta, streamCounts } from "./spikeglx-meta.js";

const NP1_MAX_INT = 512;
const NIDQ_MAX_INT = 32768;
/** Gains of 2.0 probes of which the file does not state one: prototypes, and those that are sold. */
const [NP2_PROTOTYPE_GAIN, NP2_GAIN] = [80, 100];
const SOLD_NP2 = /^NP20([01][34]|2[01])/;
const SOLD_NP2_TYPES: ReadonlySet<unknown> = new Set([2003, 2013, 2020]);

/**
 * Volts of one step of each signal column, in the order of the file; sync words are left out.
 *
 * `imAiRangeMax / maximum / gain`: the maximum is `imMaxInt`, 512 for 1.0 probes that do not state it; gains are those of each hardware
 * channel in `~imroTbl`. Factors of probes are rounded to single precision as IBL's reader rounds them, so that volts are the same bits.
 *
 * Source: `spikeglx._conversion_sample2v_from_meta` of ibl-neuropixel.
 *
 * @throws {@link SchemaError} naming the keys that are absent, or a saved channel that the table does not have
 */
export function voltsPerBit(meta: SpikeglxMeta): Float64Array {
  return meta.band === "nidq" ? ofAuxiliaryBoard(meta) : ofProbe(meta);
}

function ofProbe(meta: SpikeglxMeta): Float64Array {
  const [range = 0] = needPositive(meta.values, ["imAiRangeMax"], meta.url);
  const table = readImroTable(meta);
  const voltsPerStep = range / maximumOf(meta);
  const gain = meta.version !== null && familyOf(meta.version) === "np2" ? np2Gain(meta) : null;
  return Float64Array.from(savedChannels(meta), (channel) => {
    if (gain !== null) return Math.fround(voltsPerStep / gain);
    const entry = table.get(channel);
    const own = meta.band === "lf" ? entry?.lfGain : entry?.apGain;
    if (own === undefined || own === null) throw unknownShape(meta.url, `~imroTbl has no gain for channel ${channel}`);
    return Math.fround(Math.fround(1 / own) * Math.fround(voltsPerStep));
  });
}

function maximumOf(meta: SpikeglxMeta): number {
  const isNp2 = meta.version !== null && familyOf(meta.version) === "np2";
  if (!isNp2 && !meta.values.has("imMaxInt")) return NP1_MAX_INT;
  const [maximum = 0] = needPositive(meta.values, ["imMaxInt"], meta.url);
  return maximum;
}

function np2Gain({ values, band }: SpikeglxMeta): number {
  const stated = values.get(band === "lf" ? "imChan0lfGain" : "imChan0apGain");
  if (typeof stated === "number" && stated > 0) return stated;
  const isSold =
    SOLD_NP2.test(String(values.get("imDatPrb_pn") ?? "")) || SOLD_NP2_TYPES.has(values.get("imDatPrb_type"));
  return isSold ? NP2_GAIN : NP2_PROTOTYPE_GAIN;
}

/** Multiplexed channels have gains of their own; plain analog ones have none. */
function ofAuxiliaryBoard({ values, url }: SpikeglxMeta): Float64Array {
  const [range = 0, mnGain = 0, maGain = 0] = needPositive(values, ["niAiRangeMax", "niMNGain", "niMAGain"], url);
  const [maximum = NIDQ_MAX_INT] = values.has("niMaxInt") ? needPositive(values, ["niMaxInt"], url) : [];
  const step = range / maximum;
  const [mn = 0, ma = 0, xa = 0] = streamCounts(values, "nidq", url);
  const factors = [step / mnGain, step / maGain, step];
  return Float64Array.from([mn, ma, xa].flatMap((count, kind) => new Array<number>(count).fill(factors[kind] ?? 0)));
}
