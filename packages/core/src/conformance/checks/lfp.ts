import { expect } from "vitest";
import type { InvalidInterval } from "../../model/interval.js";
import type { LfpBlock, LfpSource } from "../../model/lfp.js";
import { formatRef } from "../../model/ref.js";
import type { AdapterCheck, AdapterSubject } from "../adapter-subject.js";
import { collect, expectAscending, expectDataError, expectNear, knownRef, withAdapter } from "./assert.js";

/** No LFP exceeds this, volts: the Neuropixels input range is +-5 mV at the lowest gain, plus a margin. */
const LARGEST_LFP_V = 0.05;

async function withLfp<Value>(subject: AdapterSubject, body: (source: LfpSource) => Promise<Value>): Promise<Value> {
  return withAdapter(subject, async (adapter) => {
    const source = await adapter.lfp(knownRef(subject, subject.known.probe.ref, "probe"));
    try {
      return await body(source);
    } finally {
      source.close();
    }
  });
}

/** The LFP: shapes, clock, volts, and that any part equals the whole. */
export const lfpChecks: readonly AdapterCheck[] = [
  {
    name: "lfp > the source states its size, clock and channels",
    needs: ["lfp"],
    run: async (subject) =>
      withLfp(subject, async (source) => {
        const known = knownLfp(subject);
        expect([source.sampleCount, source.channels.length]).toEqual([known.samples, known.channels]);
        const { coverage, samplingRate, quality } = source.clock;
        expect(quality).toBe("synced");
        expectNear(coverage.start, known.firstTime, "coverage.start");
        const rate = (known.samples - 1) / (known.lastTime.value - known.firstTime.value);
        expect(Math.abs(samplingRate / rate - 1), `effective rate ${samplingRate} for ${rate}`).toBeLessThan(1e-8);
        expect(formatRef(source.channels[known.sample.channel]?.ref ?? source.probe)).toBe(known.sample.ref);
      }),
  },
  {
    name: "lfp > first sample, last sample and a piece have the declared shape and times",
    needs: ["lfp"],
    run: async (subject) =>
      withLfp(subject, async (source) => {
        const known = knownLfp(subject);
        const first = await source.read({ samples: [0, 1] });
        const last = await source.read({ samples: [known.samples - 1, known.samples] });
        expectBlock(first, [0, 1], known.channels);
        expectBlock(last, [known.samples - 1, known.samples], known.channels);
        expectNear(first.times[0], known.firstTime, "first time");
        expectNear(last.times[0], known.lastTime, "last time");
        const piece = await source.read({ samples: [5, 105], channels: [1, 0] });
        expectBlock(piece, [5, 105], 2);
        expectAscending(piece.times, "times", true);
        const inside = Math.max(...piece.data.data.map(Math.abs));
        expect(inside < LARGEST_LFP_V, `${inside} V`).toBe(true);
      }),
  },
  {
    name: "lfp > the known samples have their volts",
    needs: ["lfp"],
    run: async (subject) =>
      withLfp(subject, async (source) => {
        const known = knownLfp(subject);
        for (const { sample, channel, volts } of [known.sample, known.other]) {
          const wide = await source.read({ samples: [sample, sample + 3] });
          expectNear(wide.data.data[channel], volts, `sample ${sample}, channel ${channel}`);
          const narrow = await source.read({ samples: [sample, sample + 1], channels: [channel] });
          expectNear(narrow.data.data[0], volts, `sample ${sample}, channel ${channel} alone`);
        }
      }),
  },
  {
    name: "lfp > seconds select the samples from start up to, not including, stop",
    needs: ["lfp"],
    run: async (subject) =>
      withLfp(subject, async (source) => {
        const around = await source.read({ samples: [40, 61], channels: [0] });
        const [start, stop] = [around.times[5], around.times[15]];
        if (start === undefined || stop === undefined) expect.fail("too few samples");
        const chosen = await source.read({ time: { start, stop }, channels: [0] });
        expect(chosen.samples).toEqual([45, 55]);
        expect(chosen.times).toEqual(around.times.slice(5, 15));
        expect(chosen.data.data).toEqual(around.data.data.slice(5, 15));
        expect(await source.toSampleRange({ start, stop })).toEqual([45, 55]);
        const between = start + (stop - start) / 20;
        expect(await source.toSampleRange({ start: between, stop: between })).toEqual([46, 46]);
      }),
  },
  {
    name: "lfp > blocks joined equal one read, and none is above its budget",
    needs: ["lfp"],
    run: async (subject) =>
      withLfp(subject, async (source) => {
        const request = { samples: [100, 900], channels: [2, 0, 1] } as const;
        const whole = await source.read(request);
        const blocks = await collect(source.blocks(request, { blockBytes: 1200 }));
        expect(blocks.length).toBeGreaterThan(1);
        for (const block of blocks) expect(block.data.data.byteLength).toBeLessThanOrEqual(1200);
        expect(blocks.flatMap((block) => [...block.data.data])).toEqual([...whole.data.data]);
        expect(blocks.flatMap((block) => [...block.times])).toEqual([...whole.times]);
        expect(blocks.map(({ samples }) => samples[0])).toEqual([
          100,
          ...blocks.slice(0, -1).map(({ samples }) => samples[1]),
        ]);
      }),
  },
  {
    name: "lfp > what lies outside the recording is refused",
    needs: ["lfp"],
    run: async (subject) =>
      withLfp(subject, async (source) => {
        const { samples, channels } = knownLfp(subject);
        await expectDataError(source.read({ samples: [0, samples + 1] }), "query", "samples past the end");
        await expectDataError(source.read({ samples: [-1, 1] }), "query", "a negative sample");
        await expectDataError(
          source.read({ samples: [0, 1], channels: [channels] }),
          "query",
          "a channel past the end",
        );
        const time = source.clock.coverage;
        await expectDataError(source.read({ samples: [0, 1], time }), "query", "both samples and seconds");
        expect((await source.read({ samples: [7, 7] })).data.shape).toEqual([0, channels]);
      }),
  },
  {
    name: "lfp > knows the invalid spans of its probe",
    needs: ["lfp"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const probe = knownRef(subject, subject.known.probe.ref, "probe");
        const source = await adapter.lfp(probe);
        const all = await adapter.invalidIntervals(knownRef(subject, subject.known.session.ref, "session"));
        const own = all.filter((span) => span.probe === null || formatRef(span.probe) === formatRef(probe));
        const ofSession = (await source.invalidIntervals()).filter(({ kind }) => OF_SESSION.includes(kind));
        expect(ofSession).toEqual(own);
        source.close();
      }),
  },
  {
    name: "lfp > a closed source answers no more",
    needs: ["lfp"],
    run: async (subject) =>
      withAdapter(subject, async (adapter) => {
        const source = await adapter.lfp(knownRef(subject, subject.known.probe.ref, "probe"));
        source.close();
        source.close();
        await expectDataError(source.read({ samples: [0, 1] }), "query", "reading after close");
      }),
  },
];

/** Kinds of invalid spans that a session lists; others are of one signal alone. */
const OF_SESSION: readonly InvalidInterval["kind"][] = ["saturated", "invalidTag"];

function knownLfp(subject: AdapterSubject) {
  const { lfp } = subject.known;
  if (lfp === undefined) expect.fail("known.lfp is missing");
  return lfp;
}

function expectBlock(block: LfpBlock, samples: readonly [number, number], channels: number): void {
  const count = samples[1] - samples[0];
  expect(block.samples).toEqual(samples);
  expect(block.times).toBeInstanceOf(Float64Array);
  expect(block.data.data).toBeInstanceOf(Float32Array);
  expect([block.times.length, block.data.shape, block.data.unit]).toEqual([count, [count, channels], "V"]);
  expect(block.data.data.length).toBe(count * channels);
  expect(block.channels.length).toBe(channels);
}
