import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { FileLock } from "./file-lock.js";
import { NOTHING_KNOWN, PartFile } from "./part-file.js";

it("does not forget that the disk lost what was written, whatever it says later", async () => {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-part-"));
  const probe = await open(join(folder, "probe"), "w");
  const failure = Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });
  const datasync = vi.spyOn(Object.getPrototypeOf(probe), "datasync").mockRejectedValueOnce(failure);
  const lock = await FileLock.acquire(folder, { heartbeatSeconds: 1, staleSeconds: 10, pollSeconds: 0.01 });
  const part = await PartFile.open(folder, lock, [], undefined);
  try {
    await part.begin(NOTHING_KNOWN);
    const piece = new Uint8Array(33 * 1024 * 1024);
    for (let i = 0; i < 2; i++) await part.append(piece);
    expect(datasync).toHaveBeenCalledTimes(1);
    await expect(part.finish()).rejects.toBe(failure);
  } finally {
    datasync.mockRestore();
    await part.close();
    await lock.release();
    await probe.close();
    rmSync(folder, { recursive: true });
  }
});
