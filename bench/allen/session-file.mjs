// Writes a synthetic session file of the size and layout of the Allen release: contiguous arrays, texts of variable length in heaps of
// 4 KB as HDF5 lays them, tables with their indices. Seeded; every call with the same form writes the same bytes.

import * as types from "../lfpack/hdf5-types.mjs";
import { attribute, Hdf5Writer, textAttribute } from "../lfpack/hdf5-writer.mjs";

/** The form of a real session: Visual Coding has up to 70 931 presentations, and some 30 million spikes before its filters. */
export const REAL = {
  units: 600,
  spikes: 30_000_000,
  presentations: 70_450,
  probes: 6,
  sites: 384,
  samples: 82,
  seconds: 9600,
};

const STIMULI = [
  ["gabors", 3645, 0.25],
  ["flashes", 150, 0.25],
  ["drifting_gratings", 630, 2],
  ["natural_movie_three", 36_000, 1 / 30],
  ["natural_movie_one", 18_000, 1 / 30],
  ["natural_scenes", 5950, 0.25],
  ["spontaneous", 15, 10],
];
const METRICS = [
  ...[
    "firing_rate",
    "snr",
    "isi_violations",
    "presence_ratio",
    "amplitude_cutoff",
    "isolation_distance",
    "l_ratio",
    "d_prime",
  ],
  ...["nn_hit_rate", "nn_miss_rate", "silhouette_score", "max_drift", "cumulative_drift", "waveform_duration"],
  ...["waveform_halfwidth", "PT_ratio", "repolarization_slope", "recovery_slope", "amplitude", "spread"],
  ...["velocity_above", "velocity_below"],
];
/** Metrics of the filters, so that every unit passes. */
const GOOD = { isi_violations: 0.05, presence_ratio: 0.99, amplitude_cutoff: 0.01 };
const FIRST_CHANNEL = 850_000_000;
const FIRST_UNIT = 950_000_000;

/** Uniform numbers in [0, 1) from a seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/**
 * @param form `omit`: names of groups and arrays that are left out wherever they occur; `wrapsIndex`: indices overflow as hdmf 2.4 wrote
 *   them, in 16 bits
 */
export function writeSessionFile(path, form = REAL) {
  const writer = new Hdf5Writer(path);
  writer.omitted = new Set(form.omit);
  writer.wrapsIndex = form.wrapsIndex ?? false;
  const root = new Map();
  const children = {
    general: general(writer, form),
    intervals: intervals(writer, form),
    processing: processing(writer, form),
    units: units(writer, form),
  };
  for (const [name, address] of Object.entries(children)) if (!writer.omitted.has(name)) root.set(name, address);
  root.set("identifier", scalarText(writer, "700000001"));
  root.set("session_start_time", scalarText(writer, "2019-01-08T13:55:01-08:00"));
  const attributes = [textAttribute(writer, "nwb_version", ["2.2.2"], []), typeOf(writer, "NWBFile")];
  return writer.finish(writer.group(root, attributes));
}

function typeOf(writer, name) {
  return textAttribute(writer, "neurodata_type", [name], []);
}

function floats(writer, values, shape = [values.length], attributes = []) {
  return writer.contiguousArray({ shape, type: types.float64, bytes: types.bytesOf(values) }, attributes);
}

function integers(writer, values, attributes = []) {
  const bytes = types.bytesOf(BigInt64Array.from(values, BigInt));
  return writer.contiguousArray({ shape: [values.length], type: types.int64, bytes }, attributes);
}

function texts(writer, values, attributes = []) {
  return writer.contiguousArray(
    { shape: [values.length], type: types.text, bytes: heapTexts(writer, values) },
    attributes,
  );
}

/** Texts in heap collections of about 4 KB, each text stored for itself. */
function heapTexts(writer, values) {
  const parts = [];
  let [from, bytes] = [0, 0];
  for (let i = 0; i <= values.length; i++) {
    const size = i < values.length ? 16 + values[i].length + 8 : 4096;
    if (bytes + size > 4000 && i > from) {
      parts.push(writer.texts(values.slice(from, i)));
      [from, bytes] = [i, 0];
    }
    bytes += size;
  }
  return Buffer.concat(parts);
}

function scalarText(writer, value) {
  return writer.contiguousArray({ shape: [], type: types.text, bytes: writer.texts([value]) });
}

function index(writer, ends, target) {
  const address = Buffer.alloc(8);
  address.writeBigUInt64LE(BigInt(target));
  if (writer.wrapsIndex) {
    const bytes = types.bytesOf(Uint16Array.from(ends));
    const source = { shape: [ends.length], type: types.uint16, bytes };
    return writer.contiguousArray(source, [attribute("target", types.reference, [], address)]);
  }
  return integers(writer, ends, [attribute("target", types.reference, [], address)]);
}

function group(writer, members, attributes = []) {
  const kept = Object.entries(members).filter(([name]) => !writer.omitted.has(name));
  return writer.group(new Map(kept), attributes).address;
}

function table(
  writer,
  type,
  columns,
  colnames = Object.keys(columns).filter((name) => name !== "id" && !name.endsWith("_index")),
) {
  return group(writer, columns, [textAttribute(writer, "colnames", colnames), typeOf(writer, type)]);
}

function general(writer, { probes, sites }) {
  const double = (name, value) => attribute(name, types.float64, [], types.bytesOf(Float64Array.of(value)));
  const long = (name, value) => attribute(name, types.int64, [], types.bytesOf(BigInt64Array.of(BigInt(value))));
  const groups = {};
  for (let probe = 0; probe < probes; probe++) {
    const name = `probe${"ABCDEF"[probe]}`;
    const device = group(writer, {}, [
      long("probe_id", 800_000_000 + probe),
      double("sampling_rate", 29_999.95 + probe / 100),
    ]);
    groups[name] = group(writer, { device }, [
      ...[long("probe_id", 800_000_000 + probe), double("lfp_sampling_rate", 1249.998)],
      attribute("has_lfp_data", types.bool, [], Buffer.from([1])),
    ]);
  }
  const count = probes * sites;
  const list = (value) => Array.from({ length: count }, (_, row) => value(row % sites, Math.floor(row / sites)));
  const filtering = "AP band: 500 Hz high-pass; LFP band: 1000 Hz low-pass";
  const electrodes = table(writer, "DynamicTable", {
    id: integers(
      writer,
      list((site, probe) => FIRST_CHANNEL + probe * 1000 + site),
    ),
    x: floats(writer, Float64Array.from(list((site) => 8000 - site))),
    y: floats(writer, Float64Array.from(list((site) => 3000 - site))),
    z: floats(writer, Float64Array.from(list((site) => 6000 + site))),
    location: texts(
      writer,
      list((site) => (site < 330 ? ["APN", "LP", "DG", "CA1", "VISp"][Math.floor(site / 66)] : "")),
    ),
    filtering: texts(
      writer,
      list(() => filtering),
    ),
    group_name: texts(
      writer,
      list((_, probe) => `probe${"ABCDEF"[probe]}`),
    ),
    probe_vertical_position: integers(
      writer,
      list((site) => 20 * (Math.floor(site / 2) + 1)),
    ),
    probe_horizontal_position: integers(
      writer,
      list((site) => [43, 11, 59, 27][site % 4]),
    ),
    probe_id: integers(
      writer,
      list((_, probe) => 800_000_000 + probe),
    ),
    local_index: integers(
      writer,
      list((site) => site),
    ),
    valid_data: writer.contiguousArray({ shape: [count], type: types.bool, bytes: Buffer.alloc(count, 1) }),
  });
  return group(writer, {
    stimulus: scalarText(writer, "brain_observatory_1.1"),
    extracellular_ephys: group(writer, { ...groups, electrodes }),
  });
}

function units(writer, { units: count, spikes, sites, probes, samples, seconds }) {
  const uniform = random(1);
  const rows = Array.from({ length: count }, (_, row) => row);
  const columns = {
    id: integers(
      writer,
      rows.map((row) => FIRST_UNIT + row),
    ),
    peak_channel_id: integers(
      writer,
      rows.map((row) => FIRST_CHANNEL + (row % probes) * 1000 + ((row * 7) % 330)),
    ),
    local_index: integers(writer, rows),
    cluster_id: integers(writer, rows),
    quality: texts(
      writer,
      rows.map(() => "good"),
    ),
  };
  for (const name of METRICS)
    columns[name] = floats(
      writer,
      Float64Array.from(rows, () => GOOD[name] ?? uniform()),
    );
  // Rates differ by two orders of magnitude between units, as they do.
  const weights = rows.map((row) => 0.05 + (row / count) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map((weight) => Math.floor((weight / total) * spikes));
  if (count > 0) counts[count - 1] += spikes - counts.reduce((sum, number) => sum + number, 0);
  const ends = counts.map(
    (
      (end) => (number) =>
        (end += number)
    )(0),
  );
  const times = new Float64Array(spikes);
  let at = 0;
  for (const number of counts) {
    const step = seconds / number;
    for (let i = 0; i < number; i++) times[at++] = (i + uniform()) * step;
  }
  columns.spike_times = floats(writer, times);
  columns.spike_times_index = index(writer, ends, columns.spike_times);
  columns.spike_amplitudes = floats(
    writer,
    times.map((time) => 1e-4 + (time % 1) * 1e-5),
  );
  columns.spike_amplitudes_index = index(writer, ends, columns.spike_amplitudes);
  const waveforms = new Float64Array(count * sites * samples);
  for (let i = 0; i < waveforms.length; i++) waveforms[i] = (i % 997) - 498;
  columns.waveform_mean = floats(
    writer,
    waveforms,
    [count * sites, samples],
    [textAttribute(writer, "unit", ["volts"], [])],
  );
  columns.waveform_mean_index = index(
    writer,
    rows.map((row) => (row + 1) * sites),
    columns.waveform_mean,
  );
  return table(writer, "Units", columns);
}

function intervals(writer, { presentations }) {
  const tables = {};
  let [start, block] = [30, 0];
  const scale = presentations / REAL.presentations;
  const scaled = STIMULI.map(([name, count, duration]) => [name, Math.floor(count * scale), duration]);
  const listed = scaled.reduce((sum, [, count]) => sum + count, 0);
  for (const [name, count, duration] of [...scaled, ["static_gratings", presentations - listed, 0.25]]) {
    const starts = Float64Array.from({ length: count }, (_, i) => start + i * duration);
    start += count * duration;
    const list = (value) => Array.from({ length: count }, (_, row) => value(row));
    const column = (value) => floats(writer, Float64Array.from(list(value)));
    const columns = {
      id: integers(
        writer,
        list((row) => row),
      ),
      start_time: floats(writer, starts),
      stop_time: floats(
        writer,
        starts.map((time) => time + duration),
      ),
      stimulus_name: texts(
        writer,
        list(() => name),
      ),
    };
    if (name !== "spontaneous") {
      const isMovie = /movie|scenes/.test(name);
      Object.assign(columns, {
        ...{ stimulus_block: column(() => block), stimulus_index: column(() => block), contrast: column(() => 0.8) },
        color: texts(
          writer,
          list((row) => (name === "flashes" ? ["1.0", "-1.0"][row % 2] : "[1.0, 1.0, 1.0]")),
        ),
        size: texts(
          writer,
          list(() => (isMovie ? "[1920.0, 1080.0]" : "[250.0, 250.0]")),
        ),
        units: texts(
          writer,
          list(() => (isMovie ? "pix" : "deg")),
        ),
        opacity: column(() => 1),
      });
      if (isMovie) columns.frame = column((row) => row % (name === "natural_scenes" ? 119 : 900));
      else {
        columns.orientation = column((row) => (row % 8) * 45);
        columns.temporal_frequency = column((row) => [1, 2, 4, 8, 15][row % 5]);
        columns.spatial_frequency = texts(
          writer,
          list((row) => ["0.02", "0.04", "0.08", "0.16", "0.32"][row % 5]),
        );
        columns.phase = texts(
          writer,
          list((row) => ["0.0", "0.25", "0.5", "0.75"][row % 4]),
        );
        columns.mask = texts(
          writer,
          list(() => "None"),
        );
      }
      block++;
    }
    columns.tags = texts(
      writer,
      list(() => "stimulus_time_interval"),
    );
    columns.tags_index = index(
      writer,
      list((row) => row + 1),
      columns.tags,
    );
    tables[`${name}_presentations`] = table(writer, "TimeIntervals", columns);
  }
  return group(writer, tables);
}

function processing(writer, { seconds }) {
  const count = Math.floor(seconds * 60);
  const starts = Float64Array.from({ length: count }, (_, i) => i / 60);
  const series = (data, timestamps) =>
    group(writer, { data: floats(writer, data), timestamps: floats(writer, timestamps) });
  const running = group(writer, {
    running_speed: series(
      starts.map((time) => 10 * Math.sin(time)),
      starts,
    ),
    running_speed_end_times: series(
      starts.map(() => Number.NaN),
      starts.map((time) => time + 1 / 60),
    ),
  });
  return group(writer, { running });
}
