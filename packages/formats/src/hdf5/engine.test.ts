import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { FakeStore, fixture } from "../../test/hdf5-stores.js";
import { Engine, type EngineFile } from "./engine.js";
import { WorkerFailure } from "./worker-thread.js";

let fileCount = 1000;

function engineFile(bytes: Uint8Array): EngineFile & { readonly number: number } {
  fileCount += 1;
  const number = fileCount;
  const url = "memory:files/a.h5";
  const question = {
    kind: "open",
    file: number,
    url,
    size: bytes.length,
    head: new Uint8Array(0),
    cacheBytes: 1 << 20,
  } as const;
  return { number, store: new FakeStore({ "a.h5": bytes }), key: "a.h5", url, opening: () => question };
}

/**
 * `types.h5` with the size of one object of its heap of texts changed, so that the objects after it are read from wrong
 * places: HDF5 2.0 never comes back from it.
 *
 * Source: File Format Specification 3.0, III.E "Global Heap": 16 bytes of header; each object has an index of two bytes and a
 * size at its byte 8, and is padded to eight bytes.
 */
function endlessBytes(): Uint8Array {
  const bytes = fixture("types.h5").slice();
  const view = new DataView(bytes.buffer);
  let object = Buffer.from(bytes).indexOf("GCOL") + 16;
  while (view.getUint16(object, true) !== 126) {
    object += 16 + Math.ceil(Number(view.getBigUint64(object + 8, true)) / 8) * 8;
  }
  view.setUint8(object + 8, view.getUint8(object + 8) ^ 0xff);
  return bytes;
}

describe("a worker that goes round in circles", () => {
  it("is ended; the call fails as damage, and the next one has a fresh worker", async () => {
    const engine = new Engine(3000);
    const file = engineFile(endlessBytes());
    const reading = engine.ask(file, { kind: "attributes", file: file.number, path: "/attributes" }, undefined);
    await expect(reading).rejects.toBeInstanceOf(WorkerFailure);
    await expect(reading).rejects.toMatchObject({ failure: { code: "format", fatal: true } });
    const listed = await engine.ask(file, { kind: "list", file: file.number, path: "/" }, undefined);
    expect(listed.map((link) => link.name)).toContain("attributes");
    await engine.ask(file, { kind: "close", file: file.number }, undefined);
  });
});

describe("a worker that breaks", () => {
  it("is replaced, and its files are opened again when they are needed", async () => {
    const engine = new Engine();
    const file = engineFile(fixture("types.h5"));
    let openings = 0;
    const counted = { ...file, opening: () => {
      openings += 1;
      return file.opening();
    } }; // biome-ignore format: short
    const list = () => engine.ask(counted, { kind: "list", file: file.number, path: "/" }, undefined);
    await list();
    await list();
    expect(openings).toBe(1);
    // A file that the worker was never told of: its picture of the world is wrong, so it goes.
    const lost = engine.ask(counted, { kind: "list", file: -1, path: "/" }, undefined);
    await expect(lost).rejects.toMatchObject({ failure: { fatal: true } });
    expect((await list()).length).toBeGreaterThan(0);
    expect(openings).toBe(2);
    await engine.ask(counted, { kind: "close", file: file.number }, undefined);
  });
});

describe("a process", () => {
  const index = new URL("../../dist/hdf5/index.js", import.meta.url).href;

  /** Runs a program with a store of one file in memory; gives its output and exit code. */
  async function run(program: string): Promise<{ stdout: string; stderr: string; code: number }> {
    const folder = await mkdtemp(join(tmpdir(), "crossprobe-hdf5-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "a.h5"), fixture("types.h5"));
    const script = `
      import { readFileSync } from "node:fs";
      import { openHdf5 } from ${JSON.stringify(index)};
      const bytes = new Uint8Array(readFileSync(${JSON.stringify(join(folder, "a.h5"))}));
      const store = {
        url: "memory:",
        size: async () => bytes.length,
        read: async (key, { range }) => bytes.slice(range.offset, range.offset + range.length),
      };
      ${program}`;
    const path = join(folder, "program.mjs");
    await writeFile(path, script);
    const done = promisify(execFile)(process.execPath, [path], { timeout: 20_000 });
    return await done.then(
      ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
      (error) => ({ stdout: error.stdout, stderr: error.stderr, code: error.code }),
    );
  }

  it("ends by itself with a file left open", async () => {
    const program = `
      const file = await openHdf5(store, "a.h5");
      console.log((await file.read("/numbers/scalar")).values[0]);`;
    expect(await run(program)).toEqual({ stdout: "2.5\n", stderr: "", code: 0 });
  });

  it("ends at once after closing, and waits for a call that nobody awaits", async () => {
    const program = `
      const file = await openHdf5(store, "a.h5");
      file.read("/numbers/scalar").then(({ values }) => console.log(values[0]));
      file.close();`;
    expect(await run(program)).toEqual({ stdout: "2.5\n", stderr: "", code: 0 });
  });

  it("hears nothing from HDF5 on its outputs when a read fails", async () => {
    const program = `
      bytes[bytes.length - 1] ^= 0xff;
      const file = await openHdf5(store, "a.h5");
      for (const path of ["/nothing", "/names/loop", "/numbers/inexact"]) await file.read(path).catch((e) => console.log(e.code));`;
    expect(await run(program)).toEqual({ stdout: "not-found\nformat\nformat\n", stderr: "", code: 0 });
  });
});
