import { readFileSync } from "node:fs";
import { openLfpack } from "@crossprobe/ibl-adapter/lfpack";
import { MemoryStore } from "@crossprobe/storage";
import { expect, it } from "vitest";

const FIXTURES = new URL("../fixtures/", import.meta.url);

it("an LFPack recording whose session clock starts at NaN is read by samples, and not by seconds", async () => {
  const bytes = Buffer.from(readFileSync(new URL("lfpack/format-1/small.h5", FIXTURES)));
  // Behind the name of an attribute come a type of 24 bytes and a dataspace of 8.
  let found = 0;
  for (let at = bytes.indexOf("t0_sync"); at >= 0; at = bytes.indexOf("t0_sync", at + 1)) {
    expect(bytes.readDoubleLE(at + 40)).toBe(2.5);
    bytes.writeDoubleLE(Number.NaN, at + 40);
    found++;
  }
  expect(found).toBe(2);
  const file = await openLfpack(new MemoryStore("memory://nan/", { "a.h5": new Uint8Array(bytes) }), "a.h5");
  const [name = ""] = await file.recordings();
  const recording = await file.openRecording(name);
  expect(recording.clock.quality).toBe("unsynced");
  expect(() => recording.clock.toSampleRange({ start: 0, stop: 1 })).toThrow(/clock|seconds/);
  expect((await recording.read({ samples: [0, 10] })).shape[0]).toBe(10);
  await file.close();
});
