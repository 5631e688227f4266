import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSessionFile } from "@crossprobe/allen-adapter/session";
import { recordingStore } from "@crossprobe/core/conformance";
import { LocalStore } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Form {
  readonly units: number;
  readonly spikes: number;
  readonly omit?: readonly string[];
  readonly wrapsIndex?: boolean;
}
type Write = (path: string, form: object) => number;

/** 8 units with 1.6 million spikes on one probe: 25 MB of spikes and amplitudes, 2 MB of waveforms. */
const MIDDLE: Form = { units: 8, spikes: 1_600_000 };
const TINY: Form = { units: 3, spikes: 70_000 };
/** Blocks that a read of the file is rounded to, at either end. */
const BLOCK_BYTES = 65_536;

describe("a session file of 30 MB", () => {
  let folder = "";
  let write: Write;
  const written = (name: string, form: Form) => {
    write(join(folder, name), { probes: 1, sites: 384, samples: 82, seconds: 60, presentations: 700, ...form });
    return openSessionFile(new LocalStore(folder), name);
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "crossprobe-session-"));
    const generator = new URL("../../bench/allen/session-file.mjs", import.meta.url).href;
    ({ writeSessionFile: write } = (await import(generator)) as { readonly writeSessionFile: Write });
    await (await written("middle.nwb", MIDDLE)).close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("gives its unit table without reading a spike, and the spikes of a unit in one range", async () => {
    const store = recordingStore(new LocalStore(folder));
    const session = await openSessionFile(store, "middle.nwb");
    const units = await session.units();
    expect(units.rowCount).toBe(MIDDLE.units);
    expect(store.bytes).toBeLessThan(4 * 2 ** 20);
    expect(store.bytes).toBeLessThan(statSync(join(folder, "middle.nwb")).size / 6);
    const id = Number(units.columns.get("id")?.[3]);
    await session.spikeTimes(Number(units.columns.get("id")?.[0]));
    const [calls, bytes] = [store.calls.length, store.bytes];
    const times = await session.spikeTimes(id);
    expect(times.length).toBeGreaterThan(100_000);
    expect(store.calls.length - calls).toBe(1);
    expect(store.bytes - bytes).toBeLessThanOrEqual(times.byteLength + 2 * BLOCK_BYTES);
    await session.spikeTimes(id);
    expect(store.calls.length - calls, "kept").toBe(1);
    await session.close();
  });

  it("passes its signal to every read and rejects with its reason", async () => {
    const controller = new AbortController();
    const session = await openSessionFile(new LocalStore(folder), "middle.nwb");
    await session.units();
    controller.abort(new Error("enough"));
    await expect(session.units({ signal: controller.signal })).rejects.toThrow("enough");
    await expect(session.stimulusPresentations({ signal: controller.signal })).rejects.toThrow("enough");
    await session.close();
  });

  it("counts in windows of any order what a plain walk over the spikes counts", async () => {
    const session = await openSessionFile(new LocalStore(folder), "middle.nwb");
    const starts = (await session.stimulusPresentations()).columns.get("start_time") as Float64Array;
    const ids = Array.from((await session.units()).columns.get("id") as Float64Array);
    const presentations = [50, 3, 51, 52, 3, 400];
    const edges = [-0.1, 0, 0.05, 0.05, 0.2];
    const { counts } = await session.presentationwiseSpikeCounts({ presentations, units: ids, edges });
    for (const [p, presentation] of presentations.entries()) {
      const onset = starts[presentation] ?? 0;
      for (const [u, id] of ids.entries()) {
        const times = await session.spikeTimes(id);
        for (let bin = 0; bin < 4; bin++) {
          const [from, to] = [onset + (edges[bin] ?? 0), onset + (edges[bin + 1] ?? 0)];
          const expected = times.filter((time) => time >= from && time < to).length;
          expect(counts.data[(p * 4 + bin) * ids.length + u]).toBe(expected);
        }
      }
    }
    await session.close();
  });

  it.each([
    ["units", "units", /holds no units/],
    ["electrodes", "units", /holds no electrodes/],
    ["intervals", "stimulusPresentations", /holds no stimulus presentations/],
    ["running", "runningSpeed", /holds no running speed/],
    ["general", "rawRunning", /holds no raw running signal/],
  ] as const)("without %s: %s says what is missing, and the rest is read", async (omit, method, message) => {
    const session = await written(`no-${omit}.nwb`, { ...TINY, omit: [omit] });
    await expect(session[method]()).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(message),
    });
    expect((await session.identity()).sessionId).toBe(700_000_001);
    await session.close();
  });

  it("without spikes still gives units, and says that there are none", async () => {
    const session = await written("no-spikes.nwb", { ...TINY, omit: ["spike_times", "spike_times_index"] });
    const id = Number((await session.units()).columns.get("id")?.[0]);
    await expect(session.spikeTimes(id)).rejects.toThrow(/spike_times/);
    await session.close();
  });

  it("refuses spikes whose index overflowed, and says why", async () => {
    const session = await written("overflow.nwb", { ...TINY, wrapsIndex: true });
    const id = Number((await session.units()).columns.get("id")?.[0]);
    await expect(session.spikeTimes(id)).rejects.toMatchObject({
      code: "format",
      message: expect.stringMatching(/index (goes from|ends at)/),
      hint: expect.stringMatching(/overflow/),
    });
    await session.close();
  });

  it("reads a file without a unit: empty tables with every column", async () => {
    const session = await written("empty.nwb", { units: 0, spikes: 0 });
    const units = await session.units();
    expect([units.rowCount, units.columns.has("snr"), units.columns.has("probe_description")]).toEqual([0, true, true]);
    expect(await session.structurewiseUnitCounts()).toEqual([]);
    const { counts } = await session.presentationwiseSpikeCounts({ presentations: [0, 1], edges: [0, 1] });
    expect(counts.shape).toEqual([2, 1, 0]);
    expect((await session.presentationwiseSpikeTimes({ presentations: [0] })).rowCount).toBe(0);
    await expect(session.spikeTimes(950_000_000)).rejects.toThrow(/it has none/);
    await session.close();
  });
});
