import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type DataServer, startDataServer } from "../data-server/data-server.js";

/** What the server of {@link serve} has at `/a.npy`. */
export const CONTENT = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);

/** What a test ends with, the last first. */
export const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server of one file, closed after the test. */
export async function serve(): Promise<DataServer> {
  const server = await startDataServer({ files: { "/a.npy": CONTENT } });
  cleanups.push(() => server.close());
  return server;
}

/** A folder that is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-faults-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
