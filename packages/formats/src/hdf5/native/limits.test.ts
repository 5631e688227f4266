import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Cursor } from "./cursor.js";
import { Damage } from "./damage.js";
import { decodeChunk } from "./decode-chunk.js";
import { parseLayout } from "./layout.js";

const WIDTHS = { offsets: 8, lengths: 8 };
const deflate = { id: 1, name: "deflate", cd_values: [6] };

/** The layout message, version 3, of chunks with such axes and elements of 8 bytes. */
function layout(...axes: number[]): Cursor {
  const bytes = new DataView(new ArrayBuffer(11 + 4 * (axes.length + 1)));
  for (const [i, value] of [3, 2, axes.length + 1].entries()) bytes.setUint8(i, value);
  for (const [i, length] of [...axes, 8].entries()) bytes.setUint32(11 + 4 * i, length, true);
  return new Cursor(new Uint8Array(bytes.buffer), WIDTHS);
}

describe("a chunk", () => {
  it("above 512 MiB is refused before it is looked for", () => {
    expect(parseLayout(layout(65536, 1024))).toMatchObject({ kind: "chunked", chunk: [65536, 1024] });
    expect(() => parseLayout(layout(65537, 1024))).toThrow("a chunk has 536879104 bytes, the limit is 536870912");
    expect(() => parseLayout(layout(2 ** 31, 2 ** 31))).toThrow(Damage);
  });

  it("that inflates to more than its shape is stopped there", async () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(64 * 2 ** 20)));
    const before = process.memoryUsage().arrayBuffers;
    const decoded = decodeChunk(bomb, {
      filters: [deflate],
      filterMask: 0,
      length: 100_000,
      allocate: (length) => new Uint8Array(length),
    });
    await expect(decoded).rejects.toThrow("a chunk does not decode: it stands for more than 100000 bytes");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it("that is too short for its shape takes no memory", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoded = decodeChunk(new Uint8Array(deflateSync(new Uint8Array(10))), {
      filters: [deflate],
      filterMask: 0,
      length: 512 * 2 ** 20,
      allocate: (length) => new Uint8Array(length),
    });
    await expect(decoded).rejects.toThrow(/bytes cannot stand for 536870912/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
