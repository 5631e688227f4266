import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notice } from "@crossprobe/core";
import { indexHdf5, openHdf5 } from "@crossprobe/formats/hdf5";
import { openLfpack } from "@crossprobe/ibl-adapter/lfpack";
import { HttpStore } from "@crossprobe/storage";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeMany } from "../bench/lfpack/archives.mjs";
import { type RangeServer, startRangeServer } from "../bench/remote-hdf5/range-server.mjs";
import { run } from "./cli/run.js";

const RECORDINGS = 5;
const folder = mkdtempSync(join(tmpdir(), "crossprobe-remote-"));
let server: RangeServer;
/** Bytes of the last recording in the file, by format. */
const extents: number[] = [];

beforeAll(async () => {
  for (const format of [1, 2]) {
    const path = join(folder, keyOf(format));
    let before = 0;
    const { bytes } = writeMany(
      path,
      format,
      (count) => {
        if (count === RECORDINGS - 1) before = statSync(path).size;
      },
      RECORDINGS,
    );
    extents.push(bytes - before);
  }
  server = await startRangeServer(folder);
}, 120_000);

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function keyOf(format: number): string {
  return `format-${format}.h5`;
}

/** What an action asked of the server. */
async function counted<Value>(action: () => Promise<Value>) {
  server.reset();
  const value = await action();
  const { requests, bytes } = server.counts;
  return { value, requests, bytes };
}

async function openLast(format: number, index: Uint8Array | null = null) {
  const file = await openLfpack(new HttpStore(server.url), keyOf(format), { index });
  const recording = await file.openRecording((await file.recordings()).at(-1));
  return { file, recording };
}

/** Arrays of millions of values take a matcher minutes. */
function sameBits(left: Float32Array, right: Float32Array): boolean {
  return Buffer.from(left.buffer).equals(Buffer.from(right.buffer));
}

const WINDOWS: readonly (readonly [start: number, stop: number])[] = [
  [0, 2500],
  [500_000, 502_500],
  [700_000, 730_000],
  [1_030_000, 1_053_000],
  [300_000, 301_000],
];

describe.each([
  { format: 1, windowRequests: 20, windowBytes: 4e6 },
  { format: 2, windowRequests: 12, windowBytes: 2e6 },
])("an LFPack archive of format $format over HTTP", ({ format, windowRequests, windowBytes }) => {
  it("is opened and listed by five requests, and a window of 10 s is read by few more", async () => {
    const opened = await counted(async () => {
      const file = await openLfpack(new HttpStore(server.url), keyOf(format));
      await file.recordings();
      return file;
    });
    expect(opened.requests).toBeLessThanOrEqual(5);
    expect(opened.bytes).toBeLessThanOrEqual(2e6);
    const window = await counted(async () => {
      const recording = await opened.value.openRecording((await opened.value.recordings()).at(-1));
      return await recording.read({ samples: [0, 2500] });
    });
    expect(window.requests).toBeLessThanOrEqual(windowRequests);
    expect(window.bytes).toBeLessThanOrEqual(windowBytes);
    await opened.value.close();
  });

  it("tells the requests and bytes of a read beforehand, and gives what a local read gives", async () => {
    const local = await openLfpack(new LocalStore(folder), keyOf(format));
    const truth = await local.openRecording((await local.recordings()).at(-1));
    const { file, recording } = await openLast(format);
    for (const samples of WINDOWS) {
      const planned = await counted(() => recording.planTransfer({ samples }));
      const { requests, bytes, spent } = planned.value;
      expect(spent).toEqual({ requests: planned.requests, bytes: planned.bytes });
      const read = await counted(() => recording.read({ samples }));
      expect(Math.abs(read.requests - requests)).toBeLessThanOrEqual(0.05 * read.requests);
      expect(Math.abs(read.bytes - bytes)).toBeLessThanOrEqual(0.05 * read.bytes);
      expect(sameBits(read.value.data, (await truth.read({ samples })).data)).toBe(true);
      // Without a plan before it, the same is asked for.
      const fresh = await openLast(format);
      const whole = await counted(() => fresh.recording.read({ samples }));
      const other = await openLast(format);
      const plan = await other.recording.planTransfer({ samples });
      const predicted = plan.requests + plan.spent.requests;
      expect(Math.abs(whole.requests - predicted)).toBeLessThanOrEqual(Math.max(0.05 * whole.requests, 0.5));
      await Promise.all([fresh.file.close(), other.file.close()]);
    }
    await expect(truth.planTransfer()).rejects.toMatchObject({ code: "unsupported", message: /local/ });
    await Promise.all([file.close(), local.close()]);
  }, 60_000);

  it("transfers at most 1.3 times what a window above 5 MB needs", async () => {
    const { file, recording } = await openLast(format);
    const chunk = 2048;
    const samples = [100 * chunk, 420 * chunk] as const;
    const read = await counted(async () => {
      for await (const { data } of recording.stream({ samples })) expect(data.length).toBeGreaterThan(0);
    });
    // The chunks of the recording are of one size but for noise.
    const needed = (320 / 515) * (extents[format - 1] ?? 0);
    expect(read.bytes).toBeGreaterThan(5e6);
    expect(read.bytes).toBeLessThanOrEqual(1.3 * needed);
    await file.close();
  }, 60_000);

  it("is opened again by at most two requests with its index, given or beside it", async () => {
    const made = await indexHdf5(new HttpStore(server.url), keyOf(format));
    const index = made?.bytes ?? new Uint8Array();
    expect(made?.leftOut).toEqual({ beyondBudget: 0, notCovered: 0 });
    const given = await counted(() => openLfpack(new HttpStore(server.url), keyOf(format), { index }));
    expect(given.requests).toBe(1);
    expect(given.bytes).toBe(0);
    expect(await given.value.recordings()).toHaveLength(RECORDINGS);
    const window = await counted(async () => {
      const recording = await given.value.openRecording((await given.value.recordings()).at(-1));
      return await recording.read({ samples: [500_000, 502_500] });
    });
    expect(window.requests).toBeLessThanOrEqual(8);
    writeFileSync(join(folder, `${keyOf(format)}.cpindex`), index);
    const beside = await counted(() => openLfpack(new HttpStore(server.url), keyOf(format)));
    expect(beside.requests).toBe(2);
    const { recording, file } = await openLast(format);
    expect(sameBits((await recording.read({ samples: [500_000, 502_500] })).data, window.value.data)).toBe(true);
    await Promise.all([given.value.close(), beside.value.close(), file.close()]);
    rmSync(join(folder, `${keyOf(format)}.cpindex`));
  }, 60_000);
});

describe("crossprobe index", () => {
  it("writes an index that is used until the file changes", async () => {
    const path = join(folder, "small.h5");
    writeFileSync(path, readFileSync(new URL("fixtures/lfpack/format-1/small.h5", import.meta.url)));
    const { code, out, err } = await run(["index", path]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("small.h5.cpindex");
    expect(out.split("\n").every((line) => line.length <= 80)).toBe(true);
    const notices: Notice[] = [];
    const open = async () => {
      const file = await openHdf5(new LocalStore(folder), "small.h5", { onNotice: (notice) => notices.push(notice) });
      const names = (await file?.list("/"))?.map(({ name }) => name);
      await file?.close();
      return names;
    };
    const names = await open();
    expect(notices).toEqual([]);
    utimesSync(path, new Date(0), new Date(1e12));
    expect(await open()).toEqual(names);
    expect(notices).toMatchObject([{ code: "index-unused", message: expect.stringContaining("another version") }]);
  });

  it("says what is wrong by the exit code and one line", async () => {
    expect(await run(["index", join(folder, "absent.h5")])).toMatchObject({ code: 1, out: "" });
    writeFileSync(join(folder, "text.h5"), "no HDF5 at all");
    const { code, err } = await run(["index", join(folder, "text.h5")]);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining("is not an HDF5 file") });
    expect((await run(["index", join(folder, "small.h5"), "--max-mb", "none"])).code).toBe(2);
  });
});

describe("an array that only the HDF5 library reads", () => {
  it("is read over HTTP by few requests of its own", async () => {
    writeFileSync(
      join(folder, "layouts.h5"),
      readFileSync(new URL("fixtures/hdf5/layouts-latest.h5", import.meta.url)),
    );
    const local = await openHdf5(new LocalStore(folder), "layouts.h5");
    const { value, requests } = await counted(async () => {
      const file = await openHdf5(new HttpStore(server.url), "layouts.h5");
      const data = await file?.read("/szip");
      await file?.close();
      return data;
    });
    expect(value).toEqual(await local?.read("/szip"));
    // Size, index, first block; the library fetches the block again that it does not share.
    expect(requests).toBeLessThanOrEqual(5);
    await local?.close();
  });
});
