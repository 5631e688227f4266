// A source of tables as large as both public releases together, made from a seed: the questions of a hub that a catalogue is built from,
// answered from memory. Regions, rates and metrics are drawn, not measured; sizes are those of the releases.
import { descendants, findRegion, granularityOf, regions } from "@crossprobe/atlas";
import { ref } from "@crossprobe/core";
import { createRandom } from "../../scripts/random.mjs";

/** Rows of the releases: 699 insertions of the Brain-Wide Map, 332 probes of Visual Coding. */
export const SIZES = {
  ibl: { sessions: 459, probes: 699, channels: 268_416, units: 621_733 },
  allen: { sessions: 58, probes: 332, channels: 123_224, units: 99_180 },
};

const METRICS = {
  ibl: (
    "amp_max amp_min amp_median amp_std_dB contamination contamination_alt drift missed_spikes_est noise_cutoff presence_ratio " +
    "presence_ratio_std slidingRP_viol slidingRP_viol_forced max_confidence min_contamination n_spikes_below2 firing_rate label depths amps peakToTrough"
  ).split(" "),
  allen: (
    "PT_ratio amplitude amplitude_cutoff cumulative_drift d_prime duration firing_rate halfwidth isi_violations isolation_distance " +
    "l_ratio max_drift nn_hit_rate nn_miss_rate presence_ratio recovery_slope repolarization_slope silhouette_score snr spread velocity_above velocity_below"
  ).split(" "),
};
const RULES = { ibl: "ibl-good@2023", allen: "allen-default@2019" };

/** Labels that probes pass through: fine ones for the first dataset, areas and some parents for the second, as in the releases. */
const LEAVES = regions().filter((region) => descendants(region).length === 0);
const AREAS = regions().filter((region) => granularityOf(region) === "area");
const HIPPOCAMPUS = ["CA1", "CA1", "DG", "CA3", "SUB"].map((acronym) => findRegion(acronym));
const COARSE = ["TH", "MB", "VIS", "grey", "HPF"].map((acronym) => findRegion(acronym));

export class FullSizeSource {
  #random;
  #scale;

  /** @param scale share of the probes of the releases */
  constructor({ seed = 7, scale = 1 } = {}) {
    this.#random = createRandom(seed).uniform;
    this.#scale = scale;
  }

  datasets() {
    return Object.keys(SIZES).map((id) => ({
      ...{ id, title: `Full size of ${id}`, version: "0.0.0", citations: [], licence: "none: drawn from a seed" },
      capabilities: { channels: true, units: true },
      rules: [
        {
          ...{ id: RULES[id], title: "drawn", definition: "drawn", source: "bench", missing: "fails" },
          criteria: [{ metric: `${id}.firing_rate`, op: ">=", bound: 0 }],
        },
      ],
      metrics: [],
    }));
  }

  async describe(id) {
    return { sources: [{ url: `memory:${id}`, kind: "drawn" }], release: `${id} drawn`, answers: {}, notices: [] };
  }

  fingerprints() {
    return undefined;
  }

  async *sessions({ dataset }) {
    const count = Math.round(SIZES[dataset].sessions * this.#scale);
    for (let i = 0; i < count; i++) {
      yield {
        ...{ ref: ref(dataset, "session", this.#id(dataset, i)), dataset, subject: `${dataset}-${i % 139}` },
        ...{ lab: dataset === "ibl" ? `lab${i % 12}` : null, startTime: "2020-01-01", probeCount: 2 },
        ...{
          paradigm: dataset === "ibl" ? "task.decision" : "passive.visual",
          sessionType: dataset === "ibl" ? "_iblrig_tasks" : "brain_observatory_1.1",
        },
        ...{ sex: i % 3 === 0 ? "F" : "M", ageDays: 90 + (i % 50), genotype: "wt/wt", hasPupil: i % 2 === 0 },
        index: i,
        count,
      };
    }
  }

  async probes(session) {
    const { dataset, id } = session;
    const size = SIZES[dataset];
    const index = Number(BigInt(`0x${id.replace(/-/g, "").slice(-12)}`));
    const of = (total, i) => Math.floor((total * (i + 1)) / size.sessions) - Math.floor((total * i) / size.sessions);
    const count = of(size.probes, index);
    const first = Math.floor((size.probes * index) / size.sessions);
    return Array.from({ length: count }, (_, i) => ({
      ...{
        ref: ref(dataset, "probe", this.#id(dataset, 1_000_000 + first + i)),
        session,
        label: `probe0${i}`,
        model: "NP1",
      },
      ...{ channelCount: null, unitCount: null, hasLfp: true, hasWaveforms: true },
    }));
  }

  async channels(probe) {
    return this.tableNow("channels", probe);
  }

  async unitTable(probe) {
    return this.tableNow("units", probe);
  }

  /** The same without a promise. */
  tableNow(name, probe) {
    return name === "channels" ? this.#channels(probe) : this.#units(probe);
  }

  #channels(probe) {
    const { dataset } = probe;
    const count = this.#share(probe, "channels");
    const tract = this.#tract(dataset);
    const rows = [];
    for (let i = 0; i < count; i++) {
      rows.push({
        ...{
          ref: ref(dataset, "channel", `${probe.id}/${i}`),
          probe,
          ...this.#place(tract, i / count),
          distanceFromTipUm: 20 * i,
        },
        ...{ siteIndex: i, lateralUm: 11 + (i % 4) * 16, quality: "good" },
      });
    }
    return { probe, rows, provenance: [], notices: [] };
  }

  #units(probe) {
    const { dataset } = probe;
    const count = this.#share(probe, "units");
    const tract = this.#tract(dataset);
    const random = this.#random;
    const names = METRICS[dataset].map((name) => `${dataset}.${name}`);
    const rows = [];
    for (let i = 0; i < count; i++) {
      const metrics = {};
      for (const name of names) metrics[name] = random() < 0.03 ? null : random() * 10;
      rows.push({
        ...{ ref: ref(dataset, "unit", `${probe.id}/${i}`), probe, session: probe, uuid: this.#id(dataset, i) },
        ...{ peakChannel: ref(dataset, "channel", `${probe.id}/${i % 384}`), ...this.#place(tract, i / count) },
        ...{ distanceFromTipUm: i, spikeCount: Math.floor(random() * 1e5), firingRate: random() * 20 },
        ...{ firingRateSource: `${dataset} rate`, quality: { [RULES[dataset]]: random() < 0.3 }, metrics },
      });
    }
    return { probe, rows, provenance: [], notices: [] };
  }

  #share(probe, kind) {
    const size = SIZES[probe.dataset];
    const index = Number(BigInt(`0x${probe.id.replace(/-/g, "").slice(-12)}`)) - 1_000_000;
    return Math.floor((size[kind] * (index + 1)) / size.probes) - Math.floor((size[kind] * index) / size.probes);
  }

  #id(dataset, i) {
    const hex = i.toString(16).padStart(12, "0");
    return dataset === "ibl" ? `aaaaaaaa-bbbb-4ccc-8ddd-${hex}` : `bbbbbbbb-bbbb-4ccc-8ddd-${hex}`;
  }

  #tract(dataset) {
    const random = this.#random;
    const pool = dataset === "ibl" ? LEAVES : AREAS;
    const tract = Array.from({ length: 7 }, () => pool[Math.floor(random() * pool.length)]);
    if (random() < 0.66) tract[2] = HIPPOCAMPUS[Math.floor(random() * HIPPOCAMPUS.length)];
    if (random() < 0.25) tract[4] = HIPPOCAMPUS[0];
    if (dataset === "allen" && random() < 0.3) tract[5] = COARSE[Math.floor(random() * COARSE.length)];
    return tract;
  }

  #place(tract, share) {
    const random = this.#random;
    if (random() < 0.02) {
      return {
        region: null,
        regionAbsent: random() < 0.5 ? "notRegistered" : "outsideBrain",
        ccf: null,
        hemisphere: null,
      };
    }
    const { acronym, id } = tract[Math.floor(share * tract.length)];
    const ccf = { ap: 2000 + random() * 9000, dv: random() * 7000, ml: random() * 11000 };
    return {
      region: { acronym, id, granularity: "area" },
      regionAbsent: null,
      ccf,
      hemisphere: ccf.ml < 5739 ? "left" : "right",
    };
  }
}
