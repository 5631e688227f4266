import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openArchive } from "../../../../test/golden/lfpack-checks.js";
import type { LfpackOptions } from "./lfpack-file.js";
import type { LfpackRecording } from "./lfpack-recording.js";

const FIXTURES = fileURLToPath(new URL("../../../../test/fixtures/lfpack/", import.meta.url));

/** What `use` makes of the last recording of an archive, opened in some way. */
async function withRecording<Result>(
  archive: string,
  options: LfpackOptions,
  use: (recording: LfpackRecording) => Promise<Result>,
): Promise<Result> {
  const file = await openArchive(`${FIXTURES}${archive}`, options);
  try {
    return await use(await file.openRecording((await file.recordings()).at(-1)));
  } finally {
    await file.close();
  }
}

describe.each(["format-1/small.h5", "format-2/small.h5"])("%s", (archive) => {
  it.each([
    ["TypeScript kernels", { kernels: "typescript" }],
    ["two threads", { decoders: { threads: 2 } }],
    ["a thread with TypeScript kernels", { decoders: { threads: 1 }, kernels: "typescript" }],
    ["nothing kept", { decodedBytes: 0 }],
  ] as const)("reads the same bits with %s", async (_, options) => {
    const expected = await withRecording(archive, {}, (recording) => recording.read());
    await withRecording(archive, options, async (recording) => {
      expect((await recording.read()).data).toEqual(expected.data);
      const binned = { bins: { size: 4, combine: "sum" }, samples: [50, 220] } as const;
      const inThread = await withRecording(archive, {}, (other) => other.read(binned));
      expect((await recording.read(binned)).data).toEqual(inThread.data);
    });
  });

  it("gives its chunks in factors, basis shared", async () => {
    await withRecording(archive, { decoders: { threads: 2 } }, async (recording) => {
      const { data } = await recording.read();
      const bases = new Set<Float64Array | undefined>();
      let next = 0;
      for await (const { samples, chunk } of recording.chunks()) {
        expect(samples[0]).toBe(next);
        next = samples[1];
        bases.add(chunk.basisFactors?.basis);
        const [channel, sample] = [3, 17];
        let volts = 0;
        for (let k = 0; k < chunk.rank; k++) {
          const factor = chunk.channelFactors[channel * chunk.rank + k] ?? 0;
          volts += factor * (chunk.timeCourses[k * chunk.sampleCount + sample] ?? 0);
        }
        expect(data[(samples[0] + sample) * recording.channelCount + channel]).toBe(Math.fround(volts));
      }
      expect(next).toBe(recording.sampleCount);
      expect(bases.size).toBe(1);
    });
  });

  it("rejects once the recording is closed, and with the caller's reason", async () => {
    await withRecording(archive, { decoders: { threads: 2 } }, async (recording) => {
      const stream = recording.chunks({}, { signal: AbortSignal.abort("no") });
      await expect(stream.next()).rejects.toBe("no");
      await expect(recording.read({}, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
      const abort = new AbortController();
      const reading = recording.read({}, { signal: abort.signal });
      abort.abort("late");
      await expect(reading).rejects.toBe("late");
      await expect(recording.chunks({ samples: [0, 1e9] }).next()).rejects.toMatchObject({ code: "query" });
      recording.close();
      await expect(recording.chunks().next()).rejects.toMatchObject({ code: "query" });
    });
  });
});
