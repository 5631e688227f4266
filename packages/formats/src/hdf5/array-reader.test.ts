import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { fixture } from "../../test/hdf5-stores.js";
import { BlockSource } from "./block-source.js";
import { Failure } from "./failure.js";
import { type H5Module, openH5Module } from "./h5-module.js";
import { H5Reader } from "./h5-reader.js";
import { RangeFileSystem } from "./range-file-system.js";

/** h5wasm in this thread, with every read of an array counted: each decodes the chunks that it touches. */
let module: H5Module;
let fileSystem: RangeFileSystem;
let decodes = 0;
let fileCount = 0;

beforeAll(async () => {
  module = await openH5Module();
  fileSystem = new RangeFileSystem(module.wasm);
  const { wasm } = module;
  const read = wasm.get_dataset_data.bind(wasm);
  wasm.get_dataset_data = (...parameters) => {
    decodes += 1;
    return read(...parameters);
  };
});

function openReader(name: string, options: { cacheBytes?: number; checkCancelled?: () => void } = {}): H5Reader {
  const bytes = fixture(name);
  const fetch = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  const source = new BlockSource({ size: bytes.length, fetch, blockBytes: 4096, fetchBytes: 16384, cacheBytes: 65536 });
  const { cacheBytes = 1 << 20, checkCancelled = () => {} } = options;
  fileCount += 1;
  const reader = new H5Reader({
    module,
    fileSystem,
    source,
    name: `${fileCount}`,
    url: name,
    cacheBytes,
    checkCancelled,
  });
  onTestFinished(() => reader.close());
  decodes = 0;
  return reader;
}

/** Values of the array `gzip`: 103 × 17 in chunks of 64 × 16 (4 KiB each). */
const CHUNKED = "/gzip";

describe("chunks that are worth it", () => {
  it("are decoded once, however many rows are read from them", () => {
    const reader = openReader("layouts-latest.h5");
    const whole = reader.read(CHUNKED).values as Float32Array;
    expect(decodes).toBe(2);
    for (let row = 0; row < 103; row++) {
      const values = reader.read(CHUNKED, [[row, row + 1], [0, 17]]).values; // biome-ignore format: short
      expect(values).toEqual(whole.slice(row * 17, (row + 1) * 17));
    }
    expect(decodes).toBe(2);
  });

  it("are decoded only where the slice touches them", () => {
    const reader = openReader("layouts-latest.h5");
    reader.read(CHUNKED, [[0, 1], [0, 1]]); // biome-ignore format: short
    reader.read(CHUNKED, [[63, 64], [15, 16]]); // biome-ignore format: short
    expect(decodes).toBe(1);
    reader.read(CHUNKED, [[64, 65], [15, 16]]); // biome-ignore format: short
    expect(decodes).toBe(2);
  });

  it("are dropped when the budget is used up, and the values stay right", () => {
    const reader = openReader("layouts-latest.h5", { cacheBytes: 3 * 8192 });
    const first = reader.read("/line", [[0, 10]]).values;
    for (let start = 0; start < 6000; start += 1024) reader.read("/line", [[start, start + 1]]);
    const before = decodes;
    expect(reader.read("/line", [[0, 10]]).values).toEqual(first);
    expect(decodes).toBe(before + 1);
    expect(Array.from(reader.read("/line").values as Float64Array)).toEqual(Array.from({ length: 6000 }, (_, i) => i));
  });

  it("are read side by side in one go when small", () => {
    const reader = openReader("layouts-latest.h5");
    reader.read("/line");
    expect(decodes).toBe(1);
    reader.read("/line", [[3000, 3001]]);
    expect(decodes).toBe(1);
  });
});

describe("a read", () => {
  it("that nobody waits for ends before its next step, and the file works after it", () => {
    let isCancelled = true;
    const checkCancelled = () => {
      if (isCancelled) throw new Failure("cancelled", "gone");
    };
    const reader = openReader("layouts-latest.h5", { checkCancelled });
    expect(() => reader.read(CHUNKED)).toThrow("gone");
    expect(decodes).toBe(0);
    isCancelled = false;
    expect(reader.read(CHUNKED).shape).toEqual([103, 17]);
  });

  it("of text gives its memory back", () => {
    const reader = openReader("types.h5");
    const readMany = () => {
      for (let i = 0; i < 200; i++) {
        reader.read("/text/vlen");
        reader.read("/text/chunked", [[3, 90]]);
        reader.read("/compound/references");
        reader.attributes("/attributes");
      }
    };
    readMany();
    // All gaps are filled first, so that memory which is not given back can only be taken from the end.
    let last = 0;
    for (let inARow = 0; inARow < 100; ) {
      const pointer = module.wasm._malloc(2048);
      inARow = pointer > last && pointer - last < 4096 ? inARow + 1 : 0;
      last = Math.max(last, pointer);
    }
    readMany();
    expect(module.wasm._malloc(2048) - last).toBeLessThan(100_000);
  });
});

it("a trap of the instance is told from an error that it reports", () => {
  const failureOf = (error: Error) => {
    try {
      module.run("it", "/", () => {
        throw error;
      });
    } catch (failure) {
      return failure;
    }
    return undefined;
  };
  expect(failureOf(new WebAssembly.RuntimeError("unreachable"))).toMatchObject({
    code: "format",
    details: { fatal: true },
  });
  expect(failureOf(new Error("error - name not defined!"))).toMatchObject({
    code: "format",
    details: { fatal: false },
  });
});

it("nothing is printed, and the console is as it was", () => {
  const reader = openReader("layouts-latest.h5");
  const { log, error } = console;
  const printed: unknown[] = [];
  console.log = console.error = (...values: unknown[]) => void printed.push(values);
  try {
    expect(() => module.run("it", "/", () => module.wasm.get_names(-1n, "/nothing", false))).toThrow(/^it: /);
    expect(reader.find("/nothing")).toBeUndefined();
  } finally {
    Object.assign(console, { log, error });
  }
  expect(printed).toEqual([]);
});
