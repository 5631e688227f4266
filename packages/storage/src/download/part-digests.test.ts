import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PartDigests } from "./part-digests.js";

const MIB = 1024 * 1024;
const BYTES = randomBytes(20 * MIB);
const sha256 = (bytes: Uint8Array) => [{ kind: "sha256", value: createHash("sha256").update(bytes).digest("hex") }];

let folder: string;
let path: string;
let file: FileHandle;
let digests: PartDigests;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "crossprobe-digests-"));
  path = join(folder, "part");
  file = await open(path, "w+");
  digests = new PartDigests(path, file, []);
});
afterEach(async () => {
  await digests.close();
  await file.close();
  rmSync(folder, { recursive: true });
});

async function write(bytes: Uint8Array, position = 0): Promise<void> {
  for (let start = 0; start < bytes.byteLength; start += MIB) {
    const piece = bytes.subarray(start, start + MIB);
    await file.write(piece, 0, piece.byteLength, position + start);
    digests.add(piece);
  }
}

// 16 MiB is where the other thread begins.
it.each([0, 1, 16 * MIB, 16 * MIB + 1, 20 * MIB])("of %i bytes that come piece by piece", async (length) => {
  await write(BYTES.subarray(0, length));
  expect(await digests.finish()).toEqual(sha256(BYTES.subarray(0, length)));
});

it.each([5, 15 * MIB, 18 * MIB])("go on from %i bytes that were there", async (length) => {
  await file.write(BYTES, 0, length, 0);
  expect(await digests.adopt(length, undefined)).toBe(length);
  await write(BYTES.subarray(length), length);
  expect(await digests.finish()).toEqual(sha256(BYTES));
});

it("begin anew without what was there", async () => {
  await write(BYTES);
  await digests.restart();
  await file.truncate(0);
  await write(BYTES.subarray(1));
  expect(await digests.finish()).toEqual(sha256(BYTES.subarray(1)));
});

it("tell when the file does not give back what was written", async () => {
  await write(BYTES.subarray(0, 16 * MIB));
  await file.truncate(3 * MIB);
  digests.add(BYTES.subarray(16 * MIB, 17 * MIB));
  const short = `${3 * MIB} of ${17 * MIB} bytes of ${path} could be read back`;
  await expect(digests.finish()).rejects.toMatchObject({ code: "store", message: short });
});
