import { FormatError } from "@crossprobe/core";
import { afterAll, describe, expect, it } from "vitest";
import { decodeChunk } from "../decode-chunk.js";
import { loadKernels } from "../kernels/load-kernels.js";
import type { StoredChunk } from "../stored-chunk.js";
import { slotCount } from "../wavelet-packet.js";
import { createDecoder } from "./create-decoder.js";
import { DecoderPool } from "./decoder-pool.js";

const kernels = await loadKernels();
const pool = new DecoderPool(2, kernels);
afterAll(() => pool.close());

/** A chunk with a coefficient in every seventh slot; its arrays are views into larger buffers, as readers give them. */
function storedChunk(rank: number, changes: Partial<StoredChunk> = {}): StoredChunk {
  const [channelCount, window] = [384, 2304];
  const columns = slotCount(window);
  const count = Math.floor((rank * columns) / 7);
  const indices = new Int32Array(count + 10).map((_, i) => 7 * (i - 5)).subarray(5, -5);
  const values = new Float32Array(count + 10).map((_, i) => Math.sin(i)).subarray(5, -5);
  const factors = new Float32Array(channelCount * rank + 10).map((_, i) => Math.cos(i)).subarray(5, -5);
  return {
    header: { rank, columns, sampleCount: 2048, extendedCount: window, leftOverlap: 128, alpha: 7 },
    channelCount,
    factors: { kind: "channels", values: factors },
    indices,
    values,
    place: { url: "memory:/a.h5", recording: "recording r, scale 0, chunk 0", path: "/r/00/chunks/0" },
    ...changes,
  };
}

function basisChunk(basis: Float64Array): StoredChunk {
  const coefficients = new Float64Array(32 * 3).map((_, i) => Math.cos(i));
  return storedChunk(3, { factors: { kind: "basis", basis, coefficients } });
}

describe("DecoderPool", () => {
  it.each([1, 16, 64])("decodes to the very numbers of this thread at rank %i", async (rank) => {
    const stored = storedChunk(rank);
    expect(await pool.decode(stored)).toEqual(decodeChunk(stored, kernels));
    // What it was given is still there.
    expect([stored.indices.length, stored.values[3]]).toEqual([
      Math.floor((rank * 2496) / 7),
      Math.fround(Math.sin(8)),
    ]);
  });

  it("leaves the basis shared", async () => {
    const basis = new Float64Array(384 * 32).map((_, i) => Math.sin(i));
    const decoded = await Promise.all([pool.decode(basisChunk(basis)), pool.decode(basisChunk(basis))]);
    for (const chunk of decoded) {
      expect(chunk.basisFactors?.basis).toBe(basis);
      expect(chunk).toEqual(decodeChunk(basisChunk(basis), kernels));
    }
  });

  it.each([1, 64])("multiplies out to the very numbers of this thread at rank %i", async (rank) => {
    const { channelFactors: factors, timeCourses: courses } = decodeChunk(storedChunk(rank), kernels);
    factors[0] = Number.NaN;
    const shape = { rank, columns: 384, stride: 2048, start: 5, stop: 2045 };
    const [target, expected] = [new Float32Array(2040 * 384 + 7), new Float32Array(2040 * 384 + 7)];
    expect(await pool.product({ factors, courses, shape, target, offset: 3 })).toBe(2040);
    kernels.product(factors, courses, shape, expected, 3);
    expect(Buffer.from(target.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it("refuses what this thread refuses, by the same error", async () => {
    const twice = storedChunk(1, { indices: Int32Array.of(3, 3), values: Float32Array.of(1, 2) });
    await expect(pool.decode(twice)).rejects.toThrow(FormatError);
    await expect(pool.decode(twice)).rejects.toThrow("coefficient index 3 is given twice");
  });

  it("rejects with the signal's reason, before, while waiting and while running, and goes on", async () => {
    await expect(pool.decode(storedChunk(1), { signal: AbortSignal.abort("early") })).rejects.toBe("early");
    const abort = new AbortController();
    const tasks = Array.from({ length: 8 }, () => pool.decode(storedChunk(64), { signal: abort.signal }));
    const results = Promise.allSettled(tasks);
    abort.abort("late");
    expect(await results).toEqual(tasks.map(() => ({ status: "rejected", reason: "late" })));
    expect((await pool.decode(storedChunk(1))).rank).toBe(1);
  });

  it("rejects what runs, what waits and what comes after it is closed", async () => {
    const closing = new DecoderPool(1, kernels);
    await closing.decode(storedChunk(1));
    const tasks = Promise.allSettled([1, 2, 3].map(() => closing.decode(storedChunk(64))));
    await closing.close();
    for (const result of await tasks) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "query" } });
    }
    await expect(closing.decode(storedChunk(1))).rejects.toThrow("closed");
    await closing.close();
  });

  it("needs a number of threads", async () => {
    await expect(createDecoder(kernels, { threads: 0 })).rejects.toMatchObject({ code: "query" });
    expect((await createDecoder(kernels)).threads).toBe(0);
  });
});
