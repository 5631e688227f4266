import { type ByteStore, isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { compress, encode, randomRows, rawFixture, rawStore } from "../../../../test/ibl/raw-files.js";
import { openRawRecording } from "./open-raw-recording.js";
import { verifyDigests } from "./verify-digests.js";

const WIDTH = 5;
const plain = { columnCount: WIDTH, samplingRate: 2500, voltsPerBit: 1, syncCount: 1 };
const ROWS = randomRows(250, WIDTH);

function storeOf({ cbin, ch }: ReturnType<typeof compress>, changes: Record<string, unknown> = {}) {
  return rawStore([], { "a.cbin": cbin, "a.ch": encode(JSON.stringify({ ...ch, ...changes })) });
}

async function onlyOurErrors(store: ByteStore): Promise<void> {
  try {
    const recording = await openRawRecording(store, "a.cbin", { plain });
    const { shape } = await recording.read();
    expect(shape).toEqual([recording.sampleCount, 4]);
  } catch (error) {
    expect(isDataError(error) ? error.code : error).toMatch(/^(format|schema)$/);
  }
}

describe("a .cbin", () => {
  it.each([
    [{}],
    [{ space: true }],
    [{ time: false }],
    [{ time: false, space: true }],
    [{ order: "C" as const }],
    [{ order: "C" as const, space: true }],
    [{ order: "C" as const, time: false, space: true }],
    [{ chunk: 250 }],
    [{ chunk: 1 }],
  ])("gives back what was compressed with %j, anywhere", async (options) => {
    const recording = await openRawRecording(storeOf(compress(ROWS, options)), "a.cbin", { plain });
    for (const samples of [
      [0, 250],
      [99, 101],
      [100, 200],
      [199, 200],
      [249, 250],
      [7, 7],
    ] as const) {
      const { data, shape } = await recording.read({ samples });
      expect(shape).toEqual([samples[1] - samples[0], 4]);
      expect([...data]).toEqual(ROWS.slice(...samples).flatMap((row) => row.slice(0, 4)));
      expect([...(await recording.readSyncWords(samples))]).toEqual(ROWS.slice(...samples).map((row) => row[4]));
    }
    const { data } = await recording.read({ samples: [90, 110], channels: [3, 0] });
    expect([...data]).toEqual(ROWS.slice(90, 110).flatMap((row) => [row[3], row[0]]));
  });

  it("takes column order for granted where an old header does not state it", async () => {
    const recording = await openRawRecording(storeOf(compress(ROWS), { chunk_order: undefined }), "a.cbin", { plain });
    expect([...(await recording.read({ samples: [120, 121] })).data]).toEqual(ROWS[120]?.slice(0, 4));
  });

  it("reads the chunks that a request touches and no other bytes, and a kept chunk not again", async () => {
    const packed = compress(ROWS);
    const store = storeOf(packed);
    const offsets = packed.ch.chunk_offsets as number[];
    const recording = await openRawRecording(store, "a.cbin", { plain });
    const afterOpening = store.bytes;
    expect(store.calls.filter((call) => call.operation === "read").map((call) => call.key)).toEqual(["a.ch"]);
    await recording.read({ samples: [110, 130] });
    expect(store.bytes - afterOpening).toBe((offsets[2] ?? 0) - (offsets[1] ?? 0));
    await recording.read({ samples: [100, 200] });
    expect(store.bytes - afterOpening).toBe((offsets[2] ?? 0) - (offsets[1] ?? 0));
  });

  it("is one chunk ahead within a request, and never beyond it", async () => {
    const store = storeOf(compress(ROWS, { chunk: 50 }));
    const recording = await openRawRecording(store, "a.cbin", { plain });
    const before = store.calls.length;
    for await (const piece of recording.store.pieces(60, 160, {})) {
      const reads = store.calls.length - before;
      expect([piece.start, piece.stop, reads]).toEqual(
        [
          [60, 100, 2],
          [100, 150, 3],
          [150, 160, 3],
        ].find(([start]) => start === piece.start),
      );
    }
    for await (const piece of recording.store.pieces(0, 250, {})) if (piece.start === 0) break;
    expect(store.calls.length - before).toBe(4);
  });

  it("answers damage with errors of its own, whatever byte it is in", async () => {
    const { cbin, ch } = compress(randomRows(40, WIDTH), { chunk: 10 });
    const header = encode(JSON.stringify(ch));
    for (let at = 0; at < header.length; at += 3) {
      for (const byte of [0x30, 0x39, 0x2d, 0x22, 0x00]) {
        const broken = header.slice();
        broken[at] = byte;
        await onlyOurErrors(rawStore([], { "a.cbin": cbin, "a.ch": broken }));
      }
    }
    for (let at = 0; at < cbin.length; at++) {
      const broken = Uint8Array.from(cbin, (byte, i) => (i === at ? byte ^ 0x55 : byte));
      await onlyOurErrors(rawStore([], { "a.cbin": broken, "a.ch": header }));
    }
  });

  it.each([
    ["bounds and offsets of different lengths", { chunk_bounds: [0, 250] }],
    ["bounds that go back", { chunk_bounds: [0, 200, 100, 250] }],
    ["bounds that do not begin at 0", { chunk_bounds: [1, 100, 200, 250] }],
    ["offsets that stand still", { chunk_offsets: [0, 5, 5, 9] }],
    ["another shape", { shape: [251, 5] }],
    ["a chunk above 256 MiB", { chunk_bounds: [0, 100, 200, 2 ** 40], shape: undefined }],
    ["another type", { dtype: "float32" }],
    ["another algorithm", { algorithm: "lz4" }],
    ["no channels", { n_channels: 0 }],
    ["other channels than the layout", { n_channels: 4, shape: [250, 4] }],
    ["no differences stated", { do_time_diff: undefined }],
  ])("with a header of %s is refused, and the file named", async (_, changes) => {
    const store = storeOf(compress(ROWS), changes);
    await expect(openRawRecording(store, "a.cbin", { plain })).rejects.toMatchObject({
      code: "schema",
      url: "memory://raw/a.ch",
    });
  });

  it("with a header that is not JSON is refused", async () => {
    const store = rawStore([], { "a.cbin": compress(ROWS).cbin, "a.ch": encode("{") });
    await expect(openRawRecording(store, "a.cbin", { plain })).rejects.toMatchObject({
      code: "format",
      url: "memory://raw/a.ch",
    });
  });

  it.each([
    ["cut", (cbin: Uint8Array) => cbin.slice(0, -7)],
    ["longer", (cbin: Uint8Array) => Uint8Array.from([...cbin, 0])],
  ])("that is %s does not fit its header", async (_, change) => {
    const { cbin, ch } = compress(ROWS);
    const store = storeOf({ cbin: change(cbin), ch });
    await expect(openRawRecording(store, "a.cbin", { plain })).rejects.toMatchObject({
      code: "format",
      format: "mtscomp",
      url: "memory://raw/a.cbin",
    });
  });

  it("names a chunk that does not decode, and reads the others", async () => {
    const { cbin, ch } = compress(ROWS);
    const [, first = 0, second = 0] = ch.chunk_offsets as number[];
    const broken = Uint8Array.from(cbin, (byte, i) => (i >= first + 20 && i < first + 40 ? byte ^ 0xff : byte));
    const recording = await openRawRecording(storeOf({ cbin: broken, ch }), "a.cbin", { plain });
    await expect(recording.read({ samples: [150, 160] })).rejects.toMatchObject({
      code: "format",
      url: "memory://raw/a.cbin",
      at: `chunk 1, bytes ${first} to ${second}`,
    });
    expect((await recording.read({ samples: [0, 100] })).shape).toEqual([100, 4]);
  });

  it("names a chunk that stands for more or fewer samples than stated", async () => {
    for (const bounds of [
      [0, 101, 200, 250],
      [0, 99, 200, 250],
    ]) {
      const store = storeOf(compress(ROWS), { chunk_bounds: bounds });
      const recording = await openRawRecording(store, "a.cbin", { plain });
      await expect(recording.read({ samples: [0, 1] })).rejects.toMatchObject({ code: "format", at: /^chunk 0/ });
    }
  });

  it("takes no memory for a chunk that so few bytes cannot stand for", async () => {
    const store = storeOf(compress(ROWS), { chunk_bounds: [0, 20_000_000, 20_000_001, 20_000_002], shape: undefined });
    const recording = await openRawRecording(store, "a.cbin", { plain });
    const before = process.memoryUsage().arrayBuffers;
    await expect(recording.read({ samples: [0, 1] })).rejects.toThrow(/bytes cannot stand for 200000000/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it("says when a stated digest is not that of its bytes", async () => {
    const store = storeOf(compress(ROWS), { sha1_compressed: "0".repeat(40), sha1_uncompressed: "0".repeat(40) });
    const checks = await verifyDigests(await openRawRecording(store, "a.cbin", { plain }));
    expect(checks.map(({ of, statedIn, isEqual }) => [of, statedIn, isEqual])).toEqual([
      ["file", "memory://raw/a.ch", false],
      ["samples", "memory://raw/a.ch", false],
    ]);
  });
});

describe("a .bin", () => {
  const bytes = new Uint8Array(Int16Array.from(ROWS.flat()).buffer);

  it("reads the samples asked for and no others", async () => {
    const store = rawStore([], { "a.bin": bytes });
    const recording = await openRawRecording(store, "a.bin", { plain });
    expect(store.bytes).toBe(0);
    expect([...(await recording.read({ samples: [100, 103] })).data]).toEqual(
      ROWS.slice(100, 103).flatMap((row) => row.slice(0, 4)),
    );
    expect(store.bytes).toBe(3 * WIDTH * 2);
  });

  it("that ends within a sample is refused, at the byte", async () => {
    const store = rawStore([], { "a.bin": bytes.slice(0, -3) });
    await expect(openRawRecording(store, "a.bin", { plain })).rejects.toMatchObject({
      code: "format",
      url: "memory://raw/a.bin",
      at: 249 * WIDTH * 2,
    });
  });

  it("that became shorter since it was opened is refused, at the byte", async () => {
    const store = rawStore([], { "a.bin": bytes });
    const cut: ByteStore = {
      url: store.url,
      size: (key, options) => store.size(key, options),
      read: async (key, options) => (await store.read(key, options))?.slice(0, 15),
    };
    const recording = await openRawRecording(cut, "a.bin", { plain });
    await expect(recording.read({ samples: [10, 20] })).rejects.toMatchObject({
      code: "format",
      url: "memory://raw/a.bin",
      at: 10 * WIDTH * 2 + 15,
    });
  });

  it("reads pieces of a long file in ranges of 4 MiB at most", async () => {
    const length = 3 * 2 ** 20;
    const long = new Uint8Array(length * WIDTH * 2);
    const store = rawStore([], { "a.bin": long });
    const recording = await openRawRecording(store, "a.bin", { plain });
    await recording.read({ samples: [0, length], channels: [1] });
    const reads = store.calls.filter((call) => call.operation === "read").map((call) => call.bytes);
    expect(Math.max(...reads)).toBeLessThanOrEqual(4 * 2 ** 20);
    expect(reads.reduce((sum, count) => sum + count, 0)).toBe(long.length);
  });
});

describe("openRawRecording", () => {
  const NAME = "np1geom_g0_t0.imec0.lf";

  it.each([
    ["the data", [`${NAME}.meta`, `${NAME}.ch`], `${NAME}.cbin`],
    ["the .meta", [`${NAME}.cbin`, `${NAME}.ch`], `${NAME}.cbin`],
    ["the .ch", [`${NAME}.cbin`, `${NAME}.meta`], `${NAME}.cbin`],
    ["both data files", [`${NAME}.meta`], `${NAME}.meta`],
  ])("says that %s is not there", async (_, names, key) => {
    await expect(openRawRecording(rawStore(names), key)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining(`memory://raw/${NAME}`),
    });
  });

  it("refuses a .ch of another recording", async () => {
    const { cbin, ch } = compress(ROWS);
    const store = rawStore([`${NAME}.meta`], { [`${NAME}.cbin`]: cbin, [`${NAME}.ch`]: encode(JSON.stringify(ch)) });
    await expect(openRawRecording(store, `${NAME}.cbin`)).rejects.toMatchObject({
      code: "schema",
      url: `memory://raw/${NAME}.ch`,
    });
  });

  it("takes keys of .meta and .ch that are named otherwise", async () => {
    const files = {
      "x.cbin": rawFixture(`${NAME}.cbin`),
      "y.meta": rawFixture(`${NAME}.meta`),
      "z.ch": rawFixture(`${NAME}.ch`),
    };
    const recording = await openRawRecording(rawStore([], files), "x.cbin", { meta: "y.meta", header: "z.ch" });
    expect(recording.sampleCount).toBe(40);
  });
});
