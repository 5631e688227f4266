import { buildCatalogue, type Catalogue, encodeImage, type ImageBytes, openImage } from "@crossprobe/catalogue";
import { ask, ROW_KINDS } from "@crossprobe/core";
import { crc32 } from "@crossprobe/formats/crc32";
import { beforeAll, describe, expect, it } from "vitest";
import { drawQuestion } from "./drawn-question.js";
import { Draw, DrawnSource, drawAll, drawDataset, SHAPES } from "./drawn-source.js";
import { expectTrue, taken } from "./expect-true.js";

/** Of the layout in `encode-image.ts`. */
const PREAMBLE = 16;

interface Reading {
  readonly offset: number;
  readonly length: number;
  readonly signal: AbortSignal | undefined;
}

/** A columns file in memory, that keeps what was read of it; `later` answers when it is let go. */
class MemoryImage implements ImageBytes {
  readonly url = "memory:catalogue.columns";
  readonly size: number;
  readonly read: Reading[] = [];
  /** Called before the bytes are given; they are given at once where there is none. */
  wait: (() => Promise<void>) | undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  readInto(target: Uint8Array, offset: number, { signal }: { readonly signal?: AbortSignal | undefined }) {
    this.read.push({ offset, length: target.length, signal });
    const give = () => target.set(this.#bytes.subarray(offset, offset + target.length));
    if (this.wait === undefined) {
      give();
      return undefined;
    }
    return this.wait().then(() => {
      signal?.throwIfAborted();
      give();
    });
  }

  /** Bytes read since the last call. */
  taken(): number {
    return this.read.splice(0).reduce((sum, { length }) => sum + length, 0);
  }
}

async function encoded(catalogue: Catalogue, of?: string): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat([...(await encodeImage(catalogue, { of }))]));
}

async function opened(bytes: Uint8Array): Promise<Catalogue> {
  const catalogue = await openImage(new MemoryImage(bytes), null);
  if (catalogue === undefined) throw new Error("it belongs to another catalogue");
  return catalogue;
}

const DRAWN = drawAll(99);
const [ALPHA] = SHAPES;
/** Of some thousand units, so that its columns take several blocks. */
const LARGE = ALPHA === undefined ? [] : [drawDataset(5, { ...ALPHA, units: 2500 })];

let small: Uint8Array;
let large: Uint8Array;
beforeAll(async () => {
  small = await encoded(await buildCatalogue(new DrawnSource(DRAWN)));
  large = await encoded(await buildCatalogue(new DrawnSource(LARGE)));
});

/** All that a catalogue can say, as text. */
async function everything(catalogue: Catalogue): Promise<string> {
  const rows = await Promise.all(
    ROW_KINDS.map(async (kind) => taken((await catalogue.answer(ask(kind).policy("possible").question)).rows())),
  );
  return JSON.stringify([catalogue.datasets(), rows]);
}

describe("a columns file", () => {
  it.each(ROW_KINDS)("gives the same answers about %s as the rows themselves", async (kind) => {
    const draw = new Draw(3);
    for (let i = 0; i < 40; i++) await expectTrue(await opened(small), drawQuestion(draw, kind), DRAWN);
  });

  it("holds what it was made of, and the same bytes are made of it again", async () => {
    expect(await encoded(await opened(small))).toEqual(small);
    const again = await buildCatalogue(new DrawnSource(drawAll(99)));
    expect(await encoded(again)).toEqual(small);
    expect(await everything(await opened(small))).toBe(await everything(again));
  });

  it("is passed over where it belongs to another catalogue file, or to none", async () => {
    const catalogue = await opened(small);
    const beside = await encoded(catalogue, "abc");
    expect(await openImage(new MemoryImage(beside), "abc")).toBeDefined();
    expect(await openImage(new MemoryImage(beside), "abd")).toBeUndefined();
    expect(await openImage(new MemoryImage(beside), null)).toBeUndefined();
    expect(await openImage(new MemoryImage(small), "abc")).toBeUndefined();
  });

  it("is passed over where its rows stand in the order of another ontology", async () => {
    expect(
      await openImage(
        new MemoryImage(withHeader(small, (json) => json.replace(/"ontology":"../, '"ontology":"zz'))),
        null,
      ),
    ).toBeUndefined();
  });
});

/** With another header of the same length, its checksum right. */
function withHeader(bytes: Uint8Array, change: (json: string) => string): Uint8Array {
  const made = bytes.slice();
  const view = new DataView(made.buffer);
  const length = view.getUint32(8, true);
  const json = new TextEncoder().encode(change(new TextDecoder().decode(made.subarray(PREAMBLE, PREAMBLE + length))));
  expect(json.length).toBe(length);
  made.set(json, PREAMBLE);
  view.setUint32(12, crc32(json), true);
  return made;
}

describe("bytes that are read", () => {
  const BLOCK = 1 << 14;

  it("are the header, the checksums and the labels when it is opened", async () => {
    const image = new MemoryImage(large);
    await openImage(image, null);
    const labels = 2 * 2 * BLOCK; // tables of labels of channels and of units: 5 kB each, in two blocks at most
    expect(image.taken()).toBeLessThan(8 * BLOCK + 4 * (large.length / BLOCK) + labels);
    expect(large.length).toBeGreaterThan(40 * BLOCK);
  });

  it("are the blocks with the rows and columns in question, each once", async () => {
    const image = new MemoryImage(large);
    const catalogue = await openImage(image, null);
    const units = catalogue?.rowCount("units") ?? 0;
    const { question } = ask("units").inRegion("HPF").select("alpha.snr");
    const first = await catalogue?.answer(question);
    image.taken();
    const rows = await taken(first?.rows());
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.length).toBeLessThan(units / 2);
    const blocks = image.taken() / BLOCK;
    expect(blocks).toBeGreaterThan(0);
    expect(blocks).toBeLessThanOrEqual(Math.ceil((rows.length * 8) / BLOCK) + 1);
    const again = await catalogue?.answer(question);
    expect(await taken(again?.rows())).toEqual(rows);
    expect(image.taken()).toBe(0);
  });

  it("are none that another question is already reading", async () => {
    const image = new MemoryImage(large);
    const catalogue = await opened(large);
    const lazy = await openImage(image, null);
    image.taken();
    image.wait = () => new Promise((resolve) => setTimeout(resolve, 1));
    const { question } = ask("units").select("unit", "alpha.snr", "firingRateSource");
    const [a, b] = await Promise.all([0, 1].map(async () => taken((await lazy?.answer(question))?.rows())));
    expect(a).toEqual(await taken((await catalogue.answer(question)).rows()));
    expect(b).toEqual(a);
    const offsets = image.read.flatMap(({ offset, length }) =>
      Array.from({ length: Math.ceil(length / BLOCK) }, (_, i) => offset + i * BLOCK),
    );
    expect(new Set(offsets).size).toBe(offsets.length);
  });

  it("go on for who still waits when another gives up, whose reason comes back", async () => {
    const image = new MemoryImage(large);
    const lazy = await openImage(image, null);
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    image.wait = () => gate;
    const { question } = ask("units").select("alpha.snr");
    const controller = new AbortController();
    const reason = new Error("enough");
    const answer = await lazy?.answer(question);
    const givenUp = taken(answer?.rows({ signal: controller.signal }));
    const waiting = taken(answer?.rows());
    await Promise.resolve();
    controller.abort(reason);
    letGo();
    await expect(givenUp).rejects.toBe(reason);
    expect(await waiting).toEqual(await taken((await (await opened(large)).answer(question)).rows()));
    expect(image.read.some(({ signal }) => signal === controller.signal)).toBe(true);
  });
});

describe("damage", () => {
  /** Everything that is said of damaged bytes: the error, or the rows. */
  async function said(bytes: Uint8Array): Promise<string> {
    try {
      const catalogue = await openImage(new MemoryImage(bytes), null);
      return catalogue === undefined ? "passed over" : await everything(catalogue);
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }

  it("of any byte is an error of the format, and never another answer", async () => {
    const whole = await said(small);
    const header = PREAMBLE + new DataView(small.buffer).getUint32(8, true);
    const places = new Set([...Array(PREAMBLE + 2).keys(), header - 1, header, small.length - 1]);
    for (let at = 0; at < small.length; at += Math.floor(small.length / 60)) places.add(at);
    for (let at = small.length - 120; at < small.length; at += 7) places.add(at);
    const unnoticed: number[] = [];
    for (const at of places) {
      const bytes = small.slice();
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      const found = await said(bytes);
      if (found === "format") continue;
      expect(found, `byte ${at}`).toBe(whole);
      unnoticed.push(at);
    }
    // Zeros between the header and the data say nothing.
    const start = Math.ceil(header / (1 << 14)) * (1 << 14);
    expect(unnoticed.filter((at) => at < header || at >= start)).toEqual([]);
  }, 60_000);

  it("by cutting or adding is an error of the format", async () => {
    for (const length of [0, 4, 8, 15, 16, 17, 1000, small.length >> 1, small.length - 4, small.length - 1])
      expect(await said(small.slice(0, length)), `${length} bytes`).toBe("format");
    expect(await said(new Uint8Array([...small, 0]))).toBe("format");
  });

  it("in a header whose checksum is right is an error of the format", async () => {
    const rowCount = /"kind":"units","rowCount":(\d)/;
    for (const change of [
      (json: string) => json.replace(rowCount, (_, digit) => `"kind":"units","rowCount":${(+digit % 9) + 1}`),
      (json: string) => json.replace(/"dataset":"alpha"/, '"dataset":"alphb"'),
      (json: string) => json.replace(/"kind":"flag"/, '"kind":"flog"'),
      (json: string) => json.replace(/"offset":0/, '"offset":1'),
      (json: string) => `[${json.slice(1)}`,
    ])
      expect(await said(withHeader(small, change))).toBe("format");
  });
});
