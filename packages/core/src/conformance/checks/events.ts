import { expect } from "vitest";
import { eventSchema } from "../../model/event.js";
import { formatRef } from "../../model/ref.js";
import type { AdapterCheck } from "../adapter-subject.js";
import { expectAscending, expectNear, expectNoSentinel, knownRef, withAdapter } from "./assert.js";

const VISUAL = { types: ["stimulus.visual.onset"] } as const;
const SIGNED = ["polarity", "azimuthDeg", "elevationDeg"];

/** Events, movement and invalid spans. */
export const eventChecks: readonly AdapterCheck[] = [
  {
    name: "events > are valid, in time order, on the session clock",
    needs: ["events"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const { rows, excluded } = await adapter.events(knownRef(subject, subject.known.session.ref, "session"), {});
        const { start, stop } = subject.known.session.clock;
        expectAscending(
          rows.map(({ time }) => time),
          "event times",
        );
        for (const row of rows) {
          eventSchema.parse(row);
          expectNoSentinel(row, `event ${row.nativeRow}`, SIGNED);
          expect(row.time >= start && row.time < stop, `an event at ${row.time} s`).toBe(true);
          if (row.stopTime !== null) expect(row.stopTime).toBeGreaterThanOrEqual(row.time);
        }
        for (const { count } of excluded) expect(count).toBeGreaterThan(0);
      }),
  },
  {
    name: "events > the known visual onset is there, contrast as a fraction",
    needs: ["events"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const known = subject.known.events;
        if (known === undefined) expect.fail("known.events is missing");
        const { rows } = await adapter.events(knownRef(subject, subject.known.session.ref, "session"), VISUAL);
        expect(rows.length).toBe(known.visualOnsets);
        for (const { contrast, type } of rows) {
          expect(type).toBe("stimulus.visual.onset");
          if (contrast !== null) expect(contrast > 0 && contrast <= 1, `contrast ${contrast}`).toBe(true);
        }
        const { index, ...sample } = known.sample;
        expect(rows[index]).toMatchObject(sample);
      }),
  },
  {
    name: "events > an interval holds its start and not its stop",
    needs: ["events"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const session = knownRef(subject, subject.known.session.ref, "session");
        const { rows } = await adapter.events(session, VISUAL);
        const [first, last] = [rows[1]?.time, rows.at(-2)?.time];
        if (first === undefined || last === undefined) expect.fail("the fixture needs four visual onsets");
        const part = await adapter.events(session, { ...VISUAL, interval: { start: first, stop: last } });
        expect(part.rows).toEqual(rows.filter(({ time }) => time >= first && time < last));
      }),
  },
  {
    name: "movement > spans ascend, and the known stretch has its displacement",
    needs: ["movement"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const known = subject.known.movement;
        if (known === undefined) expect.fail("known.movement is missing");
        const { startTimes, stopTimes, displacementCm } = await adapter.movement(
          knownRef(subject, subject.known.session.ref, "session"),
        );
        expect([stopTimes.length, displacementCm.length]).toEqual([startTimes.length, startTimes.length]);
        expectAscending(startTimes, "start times");
        let sum = 0;
        for (let i = 0; i < startTimes.length; i++) {
          const start = startTimes[i] as number;
          if ((stopTimes[i] as number) < start || (stopTimes[i - 1] ?? -Infinity) > start + 1e-9)
            expect.fail(`span ${i} overlaps`);
          if (start >= known.start && start < known.stop) sum += displacementCm[i] as number;
        }
        expectNear(sum, known.displacementCm, "displacement");
      }),
  },
  {
    name: "invalid spans > are half-open, in time order, of a probe of the session",
    needs: [],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const session = knownRef(subject, subject.known.session.ref, "session");
        const spans = await adapter.invalidIntervals(session);
        const probes = new Set((await adapter.probes(session)).map(({ ref }) => formatRef(ref)));
        expectAscending(
          spans.map(({ start }) => start),
          "starts",
        );
        for (const { start, stop, probe } of spans) {
          expect(start).toBeLessThan(stop);
          if (probe !== null) expect(probes.has(formatRef(probe)), formatRef(probe)).toBe(true);
        }
        const known = subject.known.invalid;
        expect(spans.length).toBe(known?.count ?? 0);
        if (known === undefined) return;
        expectNear(spans[0]?.start, known.start, "start");
        expectNear(spans[0]?.stop, known.stop, "stop");
        expect(spans[0]?.probe ? formatRef(spans[0].probe) : null).toBe(known.probe);
      }),
  },
];
