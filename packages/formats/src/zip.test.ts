import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ByteStore, FormatError } from "@crossprobe/core";
import { recordingStore } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { readNpy } from "./npy.js";
import { openZip } from "./zip.js";

const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/zip/", import.meta.url));
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(FIXTURES + name));
const expected = JSON.parse(readFileSync(`${FIXTURES}expected.json`, "utf8")) as Record<
  string,
  Record<string, { size: number; hex: string }>
>;

/** A store of one file. */
function storeOf(bytes: Uint8Array): ByteStore {
  return {
    url: "memory://zip/",
    size: async (key) => (key === "x" ? bytes.byteLength : undefined),
    read: async (key, { range, signal } = {}) => {
      signal?.throwIfAborted();
      if (key !== "x") return undefined;
      if (range === undefined) return bytes.slice();
      if ("suffix" in range) return bytes.slice(Math.max(0, bytes.byteLength - range.suffix));
      return bytes.slice(range.offset, range.offset + range.length);
    },
  };
}
const open = (name: string, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) =>
  openZip(storeOf(change(fixture(name))), "x");
const keysOf = async (store: ByteStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list?.("") ?? []) keys.push(key);
  return keys;
};
const hex = (bytes: Uint8Array | undefined): string =>
  Buffer.from((bytes ?? new Uint8Array()).subarray(0, 64)).toString("hex");
const indexOf = (bytes: Uint8Array, signature: string): number => Buffer.from(bytes).indexOf(signature, 0, "latin1");

describe("openZip", () => {
  it.each(Object.keys(expected))("reads the members of %s as zipfile does", async (name) => {
    const zip = await open(name);
    const members = expected[name] ?? {};
    expect((await keysOf(zip)).sort()).toEqual(Object.keys(members).sort());
    for (const [key, { size, hex: wanted }] of Object.entries(members)) {
      expect(await zip.size(key)).toBe(size);
      const bytes = await zip.read(key);
      expect([bytes?.byteLength, hex(bytes)]).toEqual([size, wanted]);
    }
  });

  it("reads arrays of an .npz", async () => {
    const zip = await open("arrays.npz");
    expect(await keysOf(zip)).toEqual(["ids.npy", "times.npy"]);
    expect((await readNpy(zip, "times.npy"))?.data).toEqual(Float64Array.of(0, 0.25, 0.5, 0.75, 1));
    expect(await readNpy(zip, "ids.npy")).toMatchObject({ shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) });
  });

  it("reads a part of a stored member as that part, and inflates a deflated one once", async () => {
    const store = recordingStore(storeOf(fixture("mixed.zip")));
    const zip = await openZip(store, "x");
    const before = store.bytes;
    expect(await zip.read("stored.bin", { range: { offset: 10, length: 3 } })).toEqual(Uint8Array.of(10, 11, 12));
    expect(store.bytes - before).toBe(33);
    const first = await zip.read("folder/text.txt", { range: { offset: 0, length: 5 } });
    expect(new TextDecoder().decode(first)).toBe("row 0");
    const after = store.bytes;
    expect(new TextDecoder().decode(await zip.read("folder/text.txt", { range: { suffix: 4 } }))).toBe("499\n");
    expect(store.bytes).toBe(after);
  });

  it("refuses a member that inflates to more than is said of it, or than is allowed, before it does", async () => {
    await expect((await open("liar.zip")).read("zeros")).rejects.toThrow("does not inflate to 10 bytes");
    const zip = await openZip(storeOf(fixture("mixed.zip")), "x", { maxMemberBytes: 100 });
    await expect(zip.read("folder/text.txt")).rejects.toThrow(/stands for \d+ bytes, the limit is 100 \(byte/);
    expect(await zip.read("empty")).toEqual(new Uint8Array());
    const inflated = await open("liar.zip", (bytes) => {
      bytes.fill(255, indexOf(bytes, "PK\x01\x02") + 24, indexOf(bytes, "PK\x01\x02") + 27);
      return bytes;
    });
    await expect(inflated.read("zeros")).rejects.toThrow(/cannot stand for|does not inflate/);
  });

  it("says where an archive is damaged", async () => {
    await expect(open("mixed.zip", () => Uint8Array.of(1, 2, 3))).rejects.toThrow("it has no end record (byte 0)");
    await expect(open("streamed.zip", (bytes) => bytes.slice(0, -1))).rejects.toThrow(FormatError);
    await expect(open("streamed.zip", (bytes) => bytes.slice(40))).rejects.toThrow(FormatError);
    const other = (from: number, value: number) => (bytes: Uint8Array) => {
      bytes[from < 0 ? indexOf(bytes, "PK\x01\x02") - from : from] = value;
      return bytes;
    };
    await expect((await open("streamed.zip", other(0, 0))).read("text.txt")).rejects.toThrow("it has no header");
    await expect((await open("streamed.zip", other(-16, 1))).read("text.txt")).rejects.toThrow(
      "its checksum is another",
    );
    await expect((await open("streamed.zip", other(60, 255))).read("text.txt")).rejects.toThrow(FormatError);
    await expect(open("streamed.zip", other(-8, 1))).rejects.toThrow("is encrypted");
    await expect(open("bzip2.zip")).rejects.toThrow("is compressed by method 12");
    await expect(openZip(storeOf(new Uint8Array()), "y")).rejects.toMatchObject({ code: "not-found" });
  });

  it("ends with the reason of an abort", async () => {
    const reason = new Error("enough");
    const zip = await open("mixed.zip");
    await expect(zip.read("stored.bin", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
