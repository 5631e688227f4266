import { readFileSync } from "node:fs";
import { type AllenSession, EVERY_UNIT, openSessionFile, readListedChannels } from "@crossprobe/allen-adapter/session";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const FOLDER = new URL("../fixtures/allen-session/", import.meta.url);
const store = new LocalStore(FOLDER.pathname);
const KEY = "session_900000002.nwb";

interface Frame {
  readonly index: { readonly values: readonly number[] };
  readonly data: Readonly<Record<string, readonly unknown[]>>;
}
type Calls<Value> = Readonly<Record<string, { readonly value: Value }>>;

/** What AllenSDK recorded under a name. */
function recorded<Value>(file: string, call: string): Value {
  const calls: Calls<Value> = JSON.parse(readFileSync(new URL(`${file}.json`, FOLDER), "utf8"));
  const found = calls[call];
  if (!found) expect.fail(`no ${call} in ${file}`);
  return found.value;
}

describe("a session file of 2020 beside what AllenSDK 2.16.2 reads from it", () => {
  let session: AllenSession;
  beforeAll(async () => {
    session = await openSessionFile(store, KEY, { channels: await readListedChannels(store) });
  });
  afterAll(() => session.close());

  it("gives the same units in the same order, metrics to the last bit", async () => {
    const { index, data } = recorded<Frame>("tables", "units");
    const { columns } = await session.units();
    expect(Array.from(columns.get("id") as Float64Array)).toEqual(index.values);
    for (const name of ["waveform_PT_ratio", "snr", "L_ratio", "peak_channel_id", "probe_vertical_position"]) {
      const own = Array.from(columns.get(name) as Float64Array, (value) => (Number.isNaN(value) ? null : value));
      expect(own, name).toEqual(data[name]);
    }
    expect(columns.get("ecephys_structure_acronym")).toEqual(data.ecephys_structure_acronym);
  });

  it("gives the same presentations, with numbers where AllenSDK has truth values and nulls where it has a text", async () => {
    const { data } = recorded<Frame>("stimulus_presentations", "stimulus_presentations");
    const { columns } = await session.stimulusPresentations();
    for (const name of ["start_time", "stop_time", "duration", "stimulus_condition_id"]) {
      expect(Array.from(columns.get(name) as Float64Array), name).toEqual(data[name]);
    }
    const contrast = data.contrast?.map((cell) => (cell === true ? 1 : Number.NaN)) ?? [];
    expect(Array.from(columns.get("contrast") as Float64Array)).toEqual(contrast);
    expect(columns.get("phase")).toEqual(data.phase?.map((cell) => (cell === "null" ? null : cell)));
    expect(await session.stimulusNames()).toEqual([
      ...["spontaneous", "gabors", "flashes", "drifting_gratings_75_repeats", "natural_movie_one"],
      ...["natural_movie_one_shuffled", "dot_motion"],
    ]);
    expect(session.notices.map(({ code }) => code)).toContain("stimulus-renamed");
  });

  it("counts spikes as AllenSDK when its bins are wanted, and once each otherwise", async () => {
    type Counts = { array: { values: number[][][] }; coords: { unit_id: { values: number[] } } };
    const call = "edges that meet a spike exactly (presentations 1, 2, 3, 10, 11)";
    const facts = recorded<Counts>("presentationwise_spike_counts", call);
    const choice = {
      presentations: [1, 2, 3, 10, 11],
      units: facts.coords.unit_id.values,
      edges: [0, 0.05, 0.1],
    };
    const closed = await session.presentationwiseSpikeCounts({ ...choice, binEdges: "allensdk" });
    expect(closed.counts.shape).toEqual([5, 2, 1]);
    expect(Array.from(closed.counts.data)).toEqual(facts.array.values.flat(2));
    const { counts } = await session.presentationwiseSpikeCounts(choice);
    const whole = await session.presentationwiseSpikeCounts({ ...choice, edges: [0, 0.1] });
    const sums = Array.from({ length: 5 }, (_, i) => (counts.data[2 * i] ?? 0) + (counts.data[2 * i + 1] ?? 0));
    expect(sums).toEqual(Array.from(whole.counts.data));
  });

  it("gives the same means over the presentations of a condition", async () => {
    const { index, data } = recorded<{ index: { values: number[][] }; data: Record<string, number[]> }>(
      "conditionwise_spike_statistics",
      "movie frames, unit_ids=None",
    );
    const movies = await session.stimulusPresentations({ stimuli: "natural_movie_one" });
    const presentations = Array.from(movies.columns.get("id") as Float64Array);
    const { columns } = await session.conditionwiseSpikeStatistics({ presentations, binEdges: "allensdk" });
    expect(Array.from(columns.get("unit_id") as Float64Array)).toEqual(index.values.map(([unit]) => unit));
    expect(Array.from(columns.get("spike_count") as Float64Array)).toEqual(data.spike_count);
    expect(Array.from(columns.get("spike_mean") as Float64Array)).toEqual(data.spike_mean);
  });

  it("says why there is no eye tracking, no rig and no light", async () => {
    expect(await session.pupil()).toEqual({ value: null, absent: expect.stringMatching(/no eye tracking/) });
    expect(await session.gaze({ withFiltered: true })).toMatchObject({ value: null });
    expect(await session.rig()).toEqual({ value: null, absent: expect.stringMatching(/no rig description/) });
    expect(await session.lightPulses()).toEqual({ value: null, absent: expect.stringMatching(/lists no pulse/) });
    const invalid = await session.invalidTimes();
    expect([invalid.rowCount, [...invalid.columns.keys()]]).toEqual([0, ["id", "start_time", "stop_time", "tags"]]);
  });

  it("names the nearest unit or presentation when asked for one that it does not have", async () => {
    await expect(session.spikeTimes(1)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/There is no unit 1 among those of .*; the nearest of its \d+ units is 9500/),
    });
    await expect(session.presentationwiseSpikeTimes({ presentations: [10_000] })).rejects.toThrow(/nearest .* is 43\./);
    await expect(session.channelStructureIntervals([5])).rejects.toThrow(/Channel 5 is no channel of the session/);
  });

  it("refuses edges that do not ascend, and too few", async () => {
    const units = Number((await session.units()).columns.get("id")?.[0]);
    const ask = (edges: readonly number[]) => session.presentationwiseSpikeCounts({ presentations: 1, units, edges });
    await expect(ask([0, 0.2, 0.1])).rejects.toThrow(/Edge 2 of presentation 0 .* does not come after/);
    await expect(ask([0])).rejects.toThrow(/two edges or more/);
  });

  it("says that the filters leave a unit out, and gives it without them", async () => {
    const every = await openSessionFile(store, KEY, { filters: EVERY_UNIT });
    const kept = new Set((await session.units()).columns.get("id") as Float64Array);
    const ids = Array.from((await every.units()).columns.get("id") as Float64Array);
    const [out = Number.NaN] = ids.filter((id) => !kept.has(id));
    await expect(session.spikeTimes(out)).rejects.toMatchObject({ hint: expect.stringMatching(/other filters/) });
    expect(await every.spikeTimes(out)).toBeInstanceOf(Float64Array);
    expect((await every.units()).columns.get("quality")).toContain("noise");
    await every.close();
  });
});
