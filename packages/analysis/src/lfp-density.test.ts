import { type LfpBlock, type LfpSource, ndArray, ref } from "@crossprobe/core";
import { expect, it } from "vitest";
import { readLfpDensity } from "./lfp-density.js";

const RATE = 250;
const PROBE = ref("made-up", "probe", "1");

/** Ten seconds of a 20 Hz sine on one channel, in blocks of one second; `invalid` says what reading block `i` shows. */
function sineSource(invalid: (block: number) => LfpBlock["invalid"]): LfpSource {
  const sampleCount = 10 * RATE;
  const refused = () => Promise.reject(new Error("not asked for here"));
  return {
    probe: PROBE,
    channels: [],
    sampleCount,
    clock: { kind: "affine", quality: "synced", samplingRate: RATE, coverage: { start: 0, stop: 10 } },
    traits: {
      ...{ passband: null, reference: "none", lossyCodec: null, denoising: [] as const },
      ...{ spatial: "all", usableUpTo: 100 },
    },
    provenance: [],
    notices: [],
    toSampleRange: async ({ start, stop }) => [
      Math.max(0, Math.ceil(start * RATE - 1e-9)),
      Math.min(sampleCount, Math.ceil(stop * RATE - 1e-9)),
    ],
    read: refused,
    async *blocks({ samples = [0, sampleCount] }) {
      for (let at = samples[0]; at < samples[1]; ) {
        const end = Math.min(samples[1], at + RATE - (at % RATE));
        const times = Float64Array.from({ length: end - at }, (_, i) => (at + i) / RATE);
        const data = ndArray(
          Float32Array.from(times, (t) => Math.sin(40 * Math.PI * t)),
          [end - at, 1],
          "V",
        );
        yield { samples: [at, end], times, data, channels: [0], invalid: invalid(Math.floor(at / RATE)) };
        at = end;
      }
    },
    invalidIntervals: async () => [],
    close: () => undefined,
  };
}

it("leaves out segments that touch what reading shows to be invalid, and counts them", async () => {
  const sound = await readLfpDensity(
    sineSource(() => undefined),
    { channels: [0] },
  );
  // Samples 1250 to 1259 are the seconds 5.0 to 5.04.
  const lost = { samples: [1250, 1260], kind: "codec-dropout" } as const;
  const found = await readLfpDensity(
    sineSource((block) => (block === 5 ? [lost] : undefined)),
    { channels: [0] },
  );
  const { start } = sound.interval;
  const touching = Array.from({ length: sound.segments.total }, (_, i) => start + i).filter(
    (from) => from <= 5.04 + 0.02 && from + 2 >= 5 - 0.02,
  ).length;
  expect(touching).toBeGreaterThanOrEqual(2);
  expect(sound.segments).toMatchObject({ invalid: 0, notCovered: 0 });
  // Half the filter's length widens the span further: one more segment at the most at either end.
  expect(found.segments.invalid).toBeGreaterThanOrEqual(touching);
  expect(found.segments.invalid).toBeLessThanOrEqual(touching + 2);
  expect(found.segments.kept).toBe(sound.segments.total - found.segments.invalid);
});
