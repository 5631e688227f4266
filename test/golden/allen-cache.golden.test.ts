import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { allen } from "@crossprobe/allen-adapter";
import { type DatasetAdapter, type ProbeRef, ref, type SessionEvent, spikeTrain } from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

/** A pandas table as the generator writes it down: missing values are null. */
interface Frame {
  readonly index: { readonly values: readonly number[] };
  readonly data: Readonly<Record<string, readonly (number | string | boolean | null)[]>>;
  readonly rowCount: number;
}
interface ArrayFacts {
  readonly shape: readonly number[];
  readonly sha256: string;
}
type Valued<Value> = { readonly value: Value };

const GOLDEN = `${SHARED}/golden/allen`;

function expected<Value>(name: string): Value {
  return JSON.parse(readFileSync(`${GOLDEN}/expected/${name}`, "utf8")) as Value;
}

function sha256(values: NodeJS.TypedArray | undefined): string {
  const bytes = values ?? new Uint8Array(0);
  return createHash("sha256")
    .update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest("hex");
}

const probe = (id: number | string) => ref("allen", "probe", id);
const session = (id: number | string) => ref("allen", "session", id);

describe.skipIf(!SHARED)(
  "Allen golden cache against AllenSDK 2.16.2 (runs where ../shared lies beside the checkout)",
  () => {
    let adapter: DatasetAdapter;
    beforeAll(() => {
      adapter = allen({ caches: [toFileUrl(`${GOLDEN}/cache/`)] }).create({ stores: createStores() });
    });
    afterAll(() => adapter?.dispose?.());

    async function allProbes() {
      const probes = [];
      for await (const { ref } of adapter.sessions({})) probes.push(...(await adapter.probes(ref)));
      return probes;
    }

    it("lists the sessions and probes of get_session_table and get_probes", async () => {
      const table = expected<{ "get_session_table()": Valued<Frame> }>("project/sessions.json")["get_session_table()"]
        .value;
      const sessions = [];
      for await (const row of adapter.sessions({})) sessions.push(row);
      expect(
        sessions.map(({ ref, probeCount, subject, ageDays, sex }) => [
          Number(ref.id),
          probeCount,
          Number(subject),
          ageDays,
          sex,
        ]),
      ).toEqual(
        table.index.values.map((id, i) => [
          id,
          ...["probe_count", "specimen_id", "age_in_days", "sex"].map((name) => table.data[name]?.[i]),
        ]),
      );
      const frame = expected<{ "get_probes()": Valued<Frame> }>("project/probes.json")["get_probes()"].value;
      const rows = frame.index.values.map((id, i) => [
        id,
        ...["name", "phase", "has_lfp_data", "channel_count"].map((name) => frame.data[name]?.[i]),
      ]);
      const probes = await allProbes();
      expect(
        probes
          .map(({ ref, label, model, hasLfp, channelCount }) => [Number(ref.id), label, model, hasLfp, channelCount])
          .sort(),
      ).toEqual(rows.sort());
      expect(
        probes.every(({ unitCount }) => unitCount === null),
        "four units cannot be placed by the tables alone",
      ).toBe(true);
    });

    it("gives the channels of get_channels, sentinels as absent", async () => {
      const frame = expected<{ "get_channels()": Valued<Frame> }>("project/channels.json")["get_channels()"].value;
      const ours = new Map<number, unknown[]>();
      for (const { ref } of await allProbes()) {
        for (const row of (await adapter.channels(ref)).rows) {
          const { ap = null, dv = null, ml = null } = row.ccf ?? {};
          ours.set(Number(row.ref.id), [
            Number(ref.id),
            row.siteIndex,
            row.lateralUm,
            row.distanceFromTipUm,
            ap,
            dv,
            ml,
            row.region?.id ?? null,
            row.region?.acronym ?? null,
          ]);
        }
      }
      const axes = ["anterior_posterior_ccf_coordinate", "dorsal_ventral_ccf_coordinate", "left_right_ccf_coordinate"];
      const plain = ["ecephys_probe_id", "local_index", "probe_horizontal_position", "probe_vertical_position"];
      for (const [i, id] of frame.index.values.entries()) {
        const point = axes.map((name) => frame.data[name]?.[i]);
        const isAbsent = point.some((value) => value === null || value === -1000 || value === -1);
        expect(ours.get(id)).toEqual([
          ...plain.map((name) => frame.data[name]?.[i]),
          ...(isAbsent ? [null, null, null] : point),
          frame.data.ecephys_structure_id?.[i],
          frame.data.ecephys_structure_acronym?.[i],
        ]);
      }
      expect(ours.size).toBe(frame.rowCount);
    });

    it("passes exactly the units that get_units() keeps, apart from those it loses with their channel", async () => {
      const file = expected<{ "get_units()": Valued<Frame>; "rows of units.csv": Valued<number> }>(
        "project/units.json",
      );
      const kept = file["get_units()"].value;
      const units = [];
      for (const { ref } of await allProbes()) units.push(...(await adapter.units(ref)).rows);
      expect(units.length).toBe(file["rows of units.csv"].value ?? file["rows of units.csv"]);
      const unlisted = units.filter(({ regionAbsent }) => regionAbsent === "notReleased");
      expect(unlisted.length).toBe(4);
      const passing = units.filter((unit) => unit.quality["allen-default@2019"] && !unlisted.includes(unit));
      expect(passing.map((unit) => Number(unit.ref.id)).sort()).toEqual([...kept.index.values].sort());
      for (const unit of passing) {
        const i = kept.index.values.indexOf(Number(unit.ref.id));
        for (const [ours, theirs] of [
          ["PT_ratio", "waveform_PT_ratio"],
          ["snr", "snr"],
          ["d_prime", "d_prime"],
          ["firing_rate", "firing_rate"],
        ] as const) {
          expect(unit.metrics[`allen.${ours}`]).toBe(kept.data[theirs]?.[i]);
        }
        expect(Number(unit.peakChannel?.id)).toBe(kept.data.ecephys_channel_id?.[i]);
        expect(Number(unit.probe.id)).toBe(kept.data.ecephys_probe_id?.[i]);
        expect(Number(unit.session.id)).toBe(kept.data.ecephys_session_id?.[i]);
      }
    });

    it.each([900000001, 900000002, 900000004])(
      "session %i: presentations, spikes, amplitudes, waveforms and running",
      async (id) => {
        await expectPresentations(id, `session_${id}/stimulus_presentations.json`);
        const spikes = expected<Record<string, Valued<Record<string, ArrayFacts>>>>(`session_${id}/spike_times.json`);
        const amplitudes = spikes["spike_amplitudes (every unit of the file)"]?.value ?? {};
        const shapes = expected<{ units: Valued<Record<string, ArrayFacts & { channel_id: number[] }>> }>(
          `session_${id}/mean_waveforms.json`,
        );
        let [compared, compareShapes] = [0, 0];
        for (const { ref } of await adapter.probes(session(id))) {
          const table = await adapter.spikes(ref);
          for (const [i, unit] of table.units.entries()) {
            const facts = spikes.spike_times?.value[unit.id];
            if (facts) {
              compared++;
              expect(sha256(spikeTrain(table, i)), `spike times of ${unit.id}`).toBe(facts.sha256);
            }
            const loud = table.amplitudesV?.slice(table.offsets[i], table.offsets[i + 1]);
            expect(sha256(loud), `amplitudes of ${unit.id}`).toBe(amplitudes[unit.id]?.sha256);
          }
          for (const { unit, data, channels } of (await adapter.waveforms(ref)).rows) {
            const facts = shapes.units.value[unit.id];
            if (!facts) continue;
            compareShapes++;
            const columns = facts.channel_id.map((channel) => channels.findIndex((own) => Number(own?.id) === channel));
            const [samples = 0, width = 0] = data.shape;
            const turned = columns.flatMap((column) =>
              Array.from({ length: samples }, (_, sample) => data.data[sample * width + column] ?? Number.NaN),
            );
            expect(sha256(Float64Array.from(turned)), `waveform of ${unit.id}`).toBe(facts.sha256);
          }
        }
        expect([compared, compareShapes]).toEqual([
          Object.keys(spikes.spike_times?.value ?? {}).length,
          Object.keys(shapes.units.value).length,
        ]);
        const { shape, data } = parseNpy(
          readFileSync(`${GOLDEN}/expected/session_${id}/running_speed.npy`),
          "running_speed.npy",
        );
        const movement = await adapter.movement(session(id));
        expect(movement.startTimes.length).toBe(shape[0]);
        for (const [i, start] of movement.startTimes.entries()) {
          const [, from = 0, to = 0, speed = 0] = Array.from(data.slice(4 * i, 4 * i + 4), Number);
          expect([start, movement.stopTimes[i], movement.displacementCm[i]]).toEqual([from, to, speed * (to - from)]);
        }
      },
    );

    async function expectPresentations(id: number, name: string) {
      const frame = expected<{ stimulus_presentations: Valued<Frame> }>(name).stimulus_presentations.value;
      const { rows, excluded } = await adapter.events(session(id), {});
      const byNumber = new Map(rows.map((row) => [row.nativeRow, row]));
      expect(rows.length + excluded.reduce((sum, { count }) => sum + count, 0)).toBe(frame.rowCount);
      const [start, stop, names] = [frame.data.start_time, frame.data.stop_time, frame.data.stimulus_name];
      for (const number of frame.index.values) {
        const event = byNumber.get(number);
        const stimulus = names?.[number];
        if (stimulus === "spontaneous") expect(event).toBeUndefined();
        if (!event) continue;
        expect([event.time, event.stopTime]).toEqual([start?.[number], stop?.[number]]);
        // Presentations that touch an invalid span lose everything but their times in AllenSDK.
        if (stimulus !== "invalid_presentation") expectParameters(event, frame, number);
      }
      for (const { interval, expected: count } of spans(frame)) {
        expect((await adapter.events(session(id), { interval })).rows.length).toBe(rows.filter(count).length);
      }
    }

    function spans(frame: Frame) {
      const [first = 0, last = 0] = [frame.data.start_time?.[5], frame.data.start_time?.[20]].map(Number);
      return [
        { interval: { start: first, stop: last }, expected: ({ time }: SessionEvent) => time >= first && time < last },
      ];
    }

    function expectParameters(event: SessionEvent, frame: Frame, number: number) {
      // AllenSDK 2.16.2 makes booleans of columns with 0 and 1 alone, and ends one movie's name wrongly.
      const at = (name: string) => {
        const value = frame.data[name]?.[number];
        const isNumber = value !== undefined && value !== null && value !== "null" && !String(value).startsWith("[");
        return isNumber ? Number(value) : null;
      };
      const name = String(frame.data.stimulus_name?.[number]).replace("_more_repeats", "");
      expect(event.stimulus?.replace("_more_repeats", "")).toBe(name);
      expect({ ...event }).toMatchObject({
        contrast: at("contrast"),
        orientationDeg: at("orientation"),
        temporalFrequency: at("temporal_frequency"),
        spatialFrequencyCpd: at("spatial_frequency"),
        azimuthDeg: at("x_position"),
        elevationDeg: at("y_position"),
        frame: at("frame"),
        polarity: event.stimulus === "flashes" ? at("color") : null,
      });
    }

    it("reads the session of the 2019 layout as AllenSDK 1.1.1 does, spikes repaired", async () => {
      const name = "session_900000003/by_1_1_1/session.json";
      await expectPresentations(900000003, name);
      const file = expected<{
        running_speed: Valued<{ arrays: Record<"start_time" | "end_time", ArrayFacts> }>;
        spike_times: Valued<Record<string, ArrayFacts>>;
      }>(name);
      const movement = await adapter.movement(session(900000003));
      expect(sha256(movement.startTimes)).toBe(file.running_speed.value.arrays.start_time.sha256);
      expect(sha256(movement.stopTimes)).toBe(file.running_speed.value.arrays.end_time.sha256);
      const errata = JSON.parse(readFileSync(`${GOLDEN}/errata/errata.json`, "utf8")).errata as {
        id: string;
        right: ArrayFacts;
      }[];
      const right = errata.find(({ id }) => id === "negative-times")?.right;
      const spikes = await adapter.spikes(probe(910000004));
      const index = spikes.units.findIndex(({ id }) => id === "950004000");
      expect(sha256(spikeTrain(spikes, index))).toBe(right?.sha256);
      const codes = spikes.notices.map(({ code }) => code);
      expect(codes).toEqual(expect.arrayContaining(["negative-times", "spike-times-unsorted", "noise-units-left-out"]));
      for (const [i, unit] of spikes.units.entries()) {
        const count = file.spike_times.value[unit.id]?.shape[0] ?? Number.NaN;
        if (Number.isFinite(count)) expect(spikeTrain(spikes, i).length).toBeLessThanOrEqual(count);
      }
    });

    it.each([
      [910000001, "session_900000001/lfp_and_csd.json", "lfp_910000001_30.0_30.1.npy"],
      [910000003, "session_900000002/lfp_and_csd.json", "lfp_910000003_30.0_30.1.npy"],
    ] as const)("LFP of probe %i: values, times, gap and masked rows", async (id, name, piece) => {
      const facts = expected<Record<string, unknown>>(name)[`probe ${id}`] as {
        channel: number[];
        time: ArrayFacts;
        "not masked": ArrayFacts;
        "masked row runs [first, last]": [number, number][];
      };
      const lfp = await adapter.lfp(probe(id) as ProbeRef);
      expect(lfp.channels.map(({ ref }) => Number(ref.id))).toEqual(facts.channel);
      const whole = await lfp.read({});
      expect(sha256(whole.times)).toBe(facts.time.sha256);
      expect(sha256(whole.data.data)).toBe(facts["not masked"].sha256);
      const folder = name.slice(0, name.indexOf("/"));
      const expectedPiece = parseNpy(readFileSync(`${GOLDEN}/expected/${folder}/${piece}`), piece);
      const part = await lfp.read({ time: { start: 30, stop: 30.1 } });
      expect(sha256(part.data.data)).toBe(sha256(expectedPiece.data as Float32Array));
      const gaps = (await lfp.invalidIntervals()).filter(({ kind }) => kind === "gap");
      expect(gaps.map(({ start, stop }) => [start - (whole.times[5999] ?? 0) < 0.001, stop])).toEqual([
        [true, whole.times[6000]],
      ]);
      // AllenSDK masks for all_probes and the probe's own name; tags of a stimulus are kept apart here by their label.
      const masking = (await lfp.invalidIntervals()).filter(
        ({ kind, tags }) => kind === "invalidTag" && !tags.includes("stimulus"),
      );
      const masked = [];
      for (const { start, stop } of masking) {
        const [from, to] = await lfp.toSampleRange({ start, stop });
        if (to > from) masked.push([from, to - 1]);
      }
      const runs = facts["masked row runs [first, last]"] ?? [];
      expect(masked.map(([from]) => from)).toEqual(runs.map(([from]) => from));
      for (const [i, [, last]] of runs.entries()) {
        // Inclusive ends there, half-open here: a sample exactly on the end differs.
        const mine = masked[i]?.[1] ?? Number.NaN;
        expect([0, 1]).toContain(last - mine);
        if (last - mine === 1) expect(whole.times[last]).toBe(masking[i]?.stop);
      }
      lfp.close();
    });

    it("tells a probe without LFP from a file that was never published", async () => {
      await expect(adapter.lfp(probe(910000005))).rejects.toThrow(/has_lfp_data is false/);
      await expect(adapter.lfp(probe(910000002))).rejects.toThrow(/probe_910000002_lfp\.nwb is not in the cache/);
    });

    it("gives every tagged span but those of the light pulses", async () => {
      const name = "session_900000001/optotagging_and_invalid_times.json";
      const frame = expected<{ get_invalid_times: Valued<{ data: Record<string, (number | string[])[]> }> }>(name)
        .get_invalid_times.value;
      const rows = (frame.data.start_time ?? []).map(
        (start, i) => [start, frame.data.stop_time?.[i], frame.data.tags?.[i]] as const,
      );
      const spans = await adapter.invalidIntervals(session(900000001));
      const kept = rows.filter(([, , tags]) => !(tags as string[]).includes("optotagging"));
      expect(spans.map(({ start, stop, tags }) => [start, stop, tags])).toEqual(
        kept.sort((a, b) => Number(a[0]) - Number(b[0])),
      );
      expect(spans.map(({ probe }) => probe?.id ?? null)).toEqual([null, "910000002", "910000001", null]);
      expect(await adapter.invalidIntervals(session(900000002))).toEqual([]);
    });

    it("gives no sampling rate to the probe whose rate is 0", async () => {
      const { samplingRate, notices } = await adapter.waveforms(probe(910000010));
      expect(samplingRate).toBeNull();
      expect(notices.map(({ code }) => code)).toContain("zero-rate-probe");
    });

    it("describes the repairs of the tables", async () => {
      const { notices, answers } = await adapter.describe();
      expect(Object.values(answers)).toEqual(Array(7).fill(true));
      expect(notices.map(({ code, count }) => [code, count])).toEqual([
        ["genotype-null", 1],
        ["units-unplaced", 4],
      ]);
    });
  },
);
