import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseNpy } from "@crossprobe/formats/npy";
import {
  extractMovements,
  filterVelocity,
  findMovements,
  interpolatePosition,
  loadWheel,
  onsetsOfEvents,
  openSession,
  RADIANS_PER_COUNT,
} from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { ALF, cache, type ExpectedArray, expectArray, expected } from "./ibl-expected.js";
import { SHARED } from "./shared.js";

type Values = ExpectedArray | number[] | (number | null)[][];
interface Variant {
  readonly size: number;
  readonly velocity_every_500: Values;
  readonly acceleration_every_500: Values;
}
interface Session {
  readonly timestamps: string;
  readonly position: string;
  readonly interpolated_1000Hz: { size: number; t0: number; t_last: number; position_every_500: Values };
  readonly velocity: ExpectedArray;
  readonly velocity_every_500: Values;
  readonly acceleration_every_500: Values;
  readonly moves: { intervals: Values; peakAmplitude: Values; peakVelocity_times: Values };
  readonly "fill_gaps_0.05_every_500": Values;
  readonly [variant: string]: unknown;
}
interface Expected {
  readonly sessions: Record<string, Session>;
  readonly movements_in_ticks: {
    kwargs: Record<string, number>;
    returns?: { count: number; onsets: Values; offsets: Values; peak_amplitudes: Values; peak_velocity_times: Values };
  }[];
  readonly movement_onset_of_feedback: { events: Values; returns: Values };
}

const load = (): Expected => expected<Expected>("wheel");
const values = (path: string): Float64Array =>
  Float64Array.from(parseNpy(readFileSync(join(ALF, "cache", path)), path).data as Float64Array);
const every = (data: Float64Array): Float64Array => data.filter((_, i) => i % 500 === 0);

/** A second difference of rounded positions times the square of the rate: exact to the scale of the whole trace, not to each value. */
const scaleOf = (list: Values): number =>
  1e-9 * Math.max(1, ...(Array.isArray(list) ? (list as number[]) : (list.values as number[])).map(Math.abs));

function expectValues(actual: ArrayLike<number>, wanted: Values, where: string, tolerance = 1e-9): void {
  const list = Array.isArray(wanted) ? wanted : (wanted.values as number[]);
  const flat = (list as unknown[]).flat(2);
  const array: ExpectedArray = { type: "array", dtype: "<f8", shape: [flat.length], values: flat };
  expectArray({ data: actual }, array, where, tolerance, 1);
}

describe.skipIf(!SHARED)("the wheel as brainbox computes it (needs ../shared/golden)", () => {
  it("interpolates, filters and finds the movements of three recordings", () => {
    const sessions = Object.entries(load().sessions);
    expect(sessions).toHaveLength(3);
    for (const [name, session] of sessions) {
      const [timestamps, position] = [values(session.timestamps), values(session.position)];
      const even = interpolatePosition(timestamps, position);
      const wanted = session.interpolated_1000Hz;
      expect(even.times).toHaveLength(wanted.size);
      expect([even.times[0], even.times.at(-1)], name).toEqual([wanted.t0, wanted.t_last]);
      expectValues(every(even.position), wanted.position_every_500, name);
      const { velocity, acceleration } = filterVelocity(even.position);
      expectValues(every(velocity), session.velocity_every_500, `${name} velocity`);
      expectValues(
        every(acceleration),
        session.acceleration_every_500,
        `${name} acceleration`,
        scaleOf(session.acceleration_every_500),
      );
      if (session.velocity.npy) expectArray({ data: velocity }, session.velocity, `${name} all velocities`, 1e-9, 1);
      const moves = extractMovements(timestamps, position);
      const intervals = Array.from(moves.onsets, (onset, i) => [onset, moves.offsets[i] ?? 0]).flat();
      expectValues(intervals, session.moves.intervals, `${name} movements`);
      expectValues(moves.peakAmplitudes, session.moves.peakAmplitude, `${name} peaks`);
      expectValues(moves.peakVelocityTimes, session.moves.peakVelocity_times, `${name} peak velocity`);
      const filled = interpolatePosition(timestamps, position, { fillGaps: 0.05 });
      expectValues(every(filled.position), session["fill_gaps_0.05_every_500"], `${name} gaps`);
      for (const [label, rate, cornerHz, order] of [
        ["fs250_corner20_order8", 250, 20, 8],
        ["fs1000_corner5_order3", 1000, 5, 3],
        ["fs500_corner40_order4", 500, 40, 4],
      ] as const) {
        const variant = session[label] as Variant;
        const other = filterVelocity(interpolatePosition(timestamps, position, { rate }).position, {
          rate,
          cornerHz,
          order,
        });
        expect(other.velocity).toHaveLength(variant.size);
        expectValues(every(other.velocity), variant.velocity_every_500, `${name} ${label}`);
        expectValues(
          every(other.acceleration),
          variant.acceleration_every_500,
          `${name} ${label} acceleration`,
          scaleOf(variant.acceleration_every_500),
        );
      }
    }
  });

  it("finds the same movements with other thresholds", () => {
    const session = load().sessions.A;
    if (session === undefined) throw new Error("no session A");
    const counts = values(session.position).map((radians) => radians / RADIANS_PER_COUNT);
    const even = interpolatePosition(values(session.timestamps), counts);
    const variants = load().movements_in_ticks.filter(({ returns }) => returns !== undefined);
    expect(variants).toHaveLength(7);
    for (const { kwargs, returns } of variants) {
      if (returns === undefined) continue;
      const found = findMovements(even, {
        threshold: kwargs.pos_thresh ?? 8,
        onsetThreshold: kwargs.pos_thresh_onset ?? 1.5,
        window: kwargs.t_thresh,
        minGap: kwargs.min_gap,
        minDuration: kwargs.min_dur,
      });
      const where = JSON.stringify(kwargs);
      expect(found.onsets.length, where).toBe(returns.count);
      expectValues(found.onsets, returns.onsets, where);
      expectValues(found.offsets, returns.offsets, where);
      expectValues(found.peakAmplitudes, returns.peak_amplitudes, where);
      expectValues(found.peakVelocityTimes, returns.peak_velocity_times, where);
    }
  });

  it("finds the movement in which feedback fell", () => {
    const { events, returns } = load().movement_onset_of_feedback;
    const list = (Array.isArray(events) ? events : events.values) as number[];
    const intervals = values("examplelab/Subjects/XP_001/2022-03-14/001/alf/_ibl_wheelMoves.intervals.npy");
    expectValues(onsetsOfEvents(intervals, list), returns, "onsets of feedback");
  });

  it("loads the wheel of a session: default revision, asked revision, other rate, several tasks, other lengths", async () => {
    const a = await openSession(cache(), "XP_001/2022-03-14/001");
    const calls = expected<{ calls: { id: number; returns?: { columns: Record<string, ExpectedArray> } }[] }>(
      "session_loader",
    ).calls;
    const column = async (id: number, options: Parameters<typeof loadWheel>[1], session = a) => {
      const { table } = await loadWheel(session, options);
      const columns = calls[id]?.returns?.columns ?? {};
      expect(Object.keys(columns).sort(), `${id}`).toEqual([...table.columns.keys()].sort());
      for (const [name, wanted] of Object.entries(columns)) {
        const data = table.columns.get(name) as Float64Array;
        // The reference is float32.
        expectArray({ data }, wanted, `${id} ${name}`, 2e-6, 1);
      }
    };
    await column(6, {});
    await column(7, { revision: "2024-01-01" });
    await column(8, { rate: 250, cornerHz: 10, order: 4 });
    const b = await openSession(cache(), "XP_001/2022-03-15/002");
    await column(9, { collection: "alf/task_00" }, b);
    await expect(loadWheel(b)).rejects.toThrow(/wheel is there in \d folders/);
    const c = await openSession(cache(), "XQ-07.b/2021-11-02/001");
    await expect(loadWheel(c)).rejects.toThrow(/_ibl_wheel\.timestamps\.npy has shape \[2271\], expected \[2268\]/);
  });
});
