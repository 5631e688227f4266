import type { KnownFacts } from "@crossprobe/core/conformance";
import {
  allenEncoding,
  carriedBy,
  channels,
  type Dataset,
  events,
  identity,
  info,
  movements,
  type TrueChannel,
  trueDisplacementCm,
  trueLfp,
  trueSpikes,
  truthArray,
} from "../rosetta/truth.js";

/** How exact each encoding is, as its generator states it (samples/scripts/README.md, truth.json). */
const EXACTNESS = {
  // CCF: whole micrometres in both. LFP: the codec's error in one (rms 3 uV in the brain, here five times that), half a
  // 0.195 uV count in the other. Waveforms: float32 volts, or multiples of 1/64 uV. Movement: a wheel step of 0.019 cm at either
  // end; or exact frame means.
  ibl: { ccf: 0.5001, lfpV: 15e-6, waveformUv: 1e-4, movementCm: 0.0381, saturation: 4e-4 },
  allen: { ccf: 0.5001, lfpV: 0.11e-6, waveformUv: 0, movementCm: 1e-6, saturation: 0 },
} as const;

/** What the samples' generators wrote (samples/scripts: config.json, make_allen.py). */
const SESSION_TYPE = { ibl: "_iblrig_tasks_ephysChoiceWorld6.4.2", allen: "brain_observatory_1.1" } as const;

/** Facts of the sample session for the adapter suite, all from the ground truth and none from an adapter. */
export function sampleFacts(dataset: Dataset): KnownFacts {
  const exact = EXACTNESS[dataset];
  const own = carriedBy.units(dataset, "A");
  const carried = carriedBy.channels(dataset, "A");
  const unit = own.find(({ region }) => region === "CA1");
  const channel = carried.find(({ region }) => region === "CA1");
  const [span] = info.probes.A.saturation;
  if (unit === undefined || channel === undefined || span === undefined)
    throw new Error("the truth has lost its probe A");
  const spikes = trueSpikes(unit);
  return {
    sessions: 1,
    session: {
      ref: identity.session(dataset),
      subject: dataset === "ibl" ? info.subject.nickname : "910000011",
      sessionType: SESSION_TYPE[dataset],
      clock: { start: 0, stop: info.sessionDurationSeconds },
    },
    probes: 2,
    probe: { ref: identity.probe(dataset, "A"), label: info.probes.A[dataset].name },
    channels: {
      count: carried.length,
      sample: {
        ref: identity.channel(dataset, "A", channel),
        acronym: carriedBy.label(dataset, channel),
        ccf: { ...channel.ccf, within: exact.ccf },
        hemisphere: info.probes.A.hemisphere,
        distanceFromTipUm: channel.distanceFromTipUm,
        siteIndex: channel.site,
      },
    },
    units: {
      count: own.length,
      passing: own.filter((candidate) => carriedBy.isPassing(dataset, candidate)).length,
      sample: {
        ref: identity.unit(dataset, unit),
        acronym: carriedBy.unitLabel(dataset, unit),
        distanceFromTipUm: unit.distanceFromTipUm,
      },
    },
    spikes: {
      unit: identity.unit(dataset, unit),
      count: unit.spikeCount,
      first: { value: spikes.times[0] ?? Number.NaN, within: 0 },
      last: { value: spikes.times.at(-1) ?? Number.NaN, within: 0 },
      firstAmplitudeV: { value: spikes.amplitudes[0] ?? Number.NaN, within: 0 },
    },
    waveform: waveformFact(dataset, exact.waveformUv),
    events: { visualOnsets: events.length, sample: eventFact() },
    movement: movementFact(exact.movementCm),
    invalid: {
      count: 1,
      start: { value: span[0], within: exact.saturation },
      stop: { value: span[1], within: exact.saturation },
      probe: identity.probe(dataset, "A"),
    },
    lfp: lfpFact(dataset, exact.lfpV),
  };
}

function waveformFact(dataset: Dataset, within: number) {
  const unit = carriedBy.units(dataset, "A").find(({ region }) => region === "CA1");
  if (unit === undefined) throw new Error("no unit in CA1");
  const { data, shape } = truthArray("waveforms_uv.npy");
  const sites = truthArray("waveform_sites.npy");
  const [, samples = 0, width = 0] = shape;
  const column = Array.from({ length: width }, (_, k) => sites.data[unit.index * width + k]).indexOf(unit.peakSite);
  const value = data[(unit.index * samples + 30) * width + column] ?? Number.NaN;
  return { unit: identity.unit(dataset, unit), siteIndex: unit.peakSite, sample: 30, uv: { value, within } };
}

function eventFact() {
  const index = 5;
  const event = events[index];
  if (event === undefined) throw new Error("no event 5");
  return { index, time: event.onsetTime, stopTime: event.offsetTime, contrast: event.contrast, side: event.side };
}

/** From the middle of one pause to the middle of another, so that where exactly spans start does not matter. */
function movementFact(within: number) {
  const pauses = movements.flatMap((_, i) => {
    const next = movements[i + 1];
    const end = Math.max(...movements.slice(0, i + 1).map(({ startTime, duration }) => startTime + duration));
    return next !== undefined && next.startTime - end > 0.5 ? [(end + next.startTime) / 2] : [];
  });
  const [start = 0, stop = 0] = [pauses[2], pauses[5]];
  return { start, stop, displacementCm: { value: trueDisplacementCm(stop) - trueDisplacementCm(start), within } };
}

function lfpFact(dataset: Dataset, within: number): NonNullable<KnownFacts["lfp"]> {
  const { clock } = info.probes.A;
  const [start, rate] =
    dataset === "ibl" ? [clock.iblLfpStartTime, clock.iblLfpRateHz] : [clock.allenLfpStartTime, clock.allenLfpRateHz];
  const samples = dataset === "ibl" ? 25_000 : allenEncoding.lfp.A.samples;
  const sites = carriedBy.lfpSites(dataset, "A");
  const { firstSample, samples: length, at } = trueLfp(dataset, "A");
  const steep = steepest(sites.length, length, at);
  const other = { sample: 20, channel: 3 };
  const site = channels.A[sites[steep.channel] ?? 0] as TrueChannel;
  return {
    channels: sites.length,
    samples,
    // Timestamps are stored one by one in one encoding (exact doubles), as start and rate in the other.
    firstTime: { value: start, within: 1e-9 },
    lastTime: { value: start + (samples - 1) / rate, within: 1e-9 },
    sample: {
      sample: firstSample + steep.sample,
      channel: steep.channel,
      ref: identity.channel(dataset, "A", site),
      volts: { value: at(steep.sample, steep.channel), within },
    },
    other: {
      sample: firstSample + other.sample,
      channel: other.channel,
      volts: { value: at(other.sample, other.channel), within },
    },
  };
}

/** Where the field changes most from one sample to the next: an off-by-one cannot hide in the codec's error there. */
function steepest(width: number, length: number, at: (sample: number, column: number) => number) {
  let best = { sample: 0, channel: 0, step: 0 };
  for (let sample = 1; sample < length - 1; sample++) {
    for (let channel = 0; channel < width; channel++) {
      const step = Math.abs(at(sample, channel) - at(sample - 1, channel));
      if (step > best.step) best = { sample, channel, step };
    }
  }
  return best;
}
