import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, fixtureStore } from "../../test/hdf5-stores.js";
import type { Hdf5Data, Hdf5File, Hdf5Values } from "./hdf5-file.js";
import { openHdf5 } from "./open-hdf5.js";

interface Expected {
  readonly kind?: "group" | "array" | "soft" | "external" | "datatype";
  readonly target?: string;
  readonly shape?: readonly number[] | null;
  readonly values?: unknown;
  readonly chunks?: readonly number[] | null;
  readonly filters?: readonly number[];
  readonly attributes?: Readonly<Record<string, Expected>>;
}

const EXPECTED: Record<string, Record<string, Expected>> = JSON.parse(
  readFileSync(`${FIXTURES}/expected.json`, "utf8"),
);

/** Values in the conventions of `expected.json`. */
function toJson(values: Hdf5Values): unknown {
  if ("fields" in values) return { fields: Object.fromEntries([...values.fields].map(([k, v]) => [k, toJson(v)])) };
  return Array.from(values as ArrayLike<unknown>, (value) => {
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
    return typeof value === "object" && value !== null && "path" in value ? value.path : value;
  });
}

function expectData(data: Hdf5Data | undefined, expected: Expected, what: string): void {
  expect(data?.shape, what).toEqual(expected.shape);
  if (expected.shape === null) expect(toJson(data?.values ?? []), what).toEqual([]);
  else if (expected.values !== "references") expect(toJson(data?.values ?? []), what).toEqual(expected.values);
}

/** Arrays that are refused, with the reason. */
const REFUSED: Readonly<Record<string, { code: string; message: RegExp }>> = {
  "/numbers/inexact": { code: "format", message: /9007199254740993 \(element 1\) has no exact number/ },
  "/numbers/largest_unsigned": { code: "format", message: /18446744073709551615 \(element 0\) has no exact number/ },
  "/lzf": { code: "format", message: /compressed with lzf \(HDF5 filter 32000\)/ },
  "/virtual": { code: "unsupported", message: /put together from other files, such as elsewhere.h5/ },
  "/named_type": { code: "format", message: /is no array/ },
};

describe.each([
  ["types.h5", "types.h5"],
  ["layouts-earliest.h5", "layouts-earliest.h5"],
  ["layouts-latest.h5", "layouts-earliest.h5"],
  ["user-block.h5", "user-block.h5"],
])("%s", (name, expectedName) => {
  const expected = EXPECTED[expectedName] ?? {};
  let file: Hdf5File | undefined;
  beforeAll(async () => {
    file = await openHdf5(fixtureStore(), name);
  });
  afterAll(() => file?.close());

  it.each(Object.entries(expected))("%s", async (path, entry) => {
    if (file === undefined) throw new Error("not open");
    const slash = path.lastIndexOf("/");
    const link = (await file.list(path.slice(0, slash) || "/")).find(({ name }) => name === path.slice(slash + 1));
    if (entry.kind === "soft" || entry.kind === "external") {
      expect(link).toEqual({ name: link?.name, kind: entry.kind, target: entry.target });
      return;
    }
    if (path !== "/") expect(link).toEqual({ name: link?.name, kind: "hard" });
    const refused = REFUSED[path];
    if (refused)
      await expect(file.read(path)).rejects.toMatchObject({
        code: refused.code,
        message: expect.stringMatching(refused.message),
      });
    if (entry.kind === "datatype") return;
    const attributes = await file.attributes(path);
    expect([...attributes.keys()].toSorted()).toEqual(Object.keys(entry.attributes ?? {}).toSorted());
    for (const [name, value] of Object.entries(entry.attributes ?? {})) expectData(attributes.get(name), value, name);
    const object = await file.find(path);
    expect(object).toMatchObject({ kind: entry.kind, path });
    if (object?.kind !== "array") return;
    expect(object.chunks).toEqual(entry.chunks);
    expect(object.filters).toEqual(entry.filters);
    if (!refused) expectData(await file.read(path), entry, path);
  });
});

describe("slices", () => {
  const sliced = [
    "contiguous",
    "unfiltered",
    "gzip",
    "columns",
    "gzip_fletcher32",
    "scaleoffset",
    "szip",
    "cube",
    "bytes",
    "line",
  ];
  const arrays = Object.entries(EXPECTED["layouts-earliest.h5"] ?? {}).filter(([path]) =>
    sliced.includes(path.slice(1)),
  );

  it.each(arrays)("any box of %s is that part of the whole", async (path, entry) => {
    const file = await openHdf5(fixtureStore(), "layouts-latest.h5");
    const shape = entry.shape ?? [];
    const whole = entry.values as number[];
    let seed = 42;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * n);
    };
    for (let round = 0; round < 25; round++) {
      const slices = shape.map((length): [number, number] => {
        const start = random(length + 1);
        return [start, start + random(length - start + 1)];
      });
      const data = await file?.read(path, { slices });
      expect(data?.shape).toEqual(slices.map(([start, stop]) => stop - start));
      expect(Array.from(data?.values as Float64Array)).toEqual(boxOf(whole, shape, slices));
    }
    await file?.close();
  });

  /** The box by its definition: element by element. */
  function boxOf(flat: readonly number[], shape: readonly number[], slices: readonly [number, number][]): number[] {
    const [length = 1, ...rest] = shape;
    const [slice, ...others] = slices;
    if (slice === undefined) return [...flat];
    const size = flat.length / length;
    const rows = Array.from({ length: slice[1] - slice[0] }, (_, i) => i + slice[0]);
    return rows.flatMap((row) => boxOf(flat.slice(row * size, (row + 1) * size), rest, others));
  }

  it("text, compounds and references are sliced too", async () => {
    const file = await openHdf5(fixtureStore(), "types.h5");
    expect((await file?.read("/text/chunked", { slices: [[5, 9]] }))?.values).toEqual([
      "row 5",
      "row 6",
      "row 7",
      "row 8",
    ]);
    expect(await file?.read("/text/vlen_2d", { slices: [[1, 3], [1, 2]] })).toMatchObject({ values: ["d", "f"], shape: [2, 1] }); // biome-ignore format: short
    expect((await file?.read("/references/objects", { slices: [[2, 3]] }))?.values).toEqual([
      { path: "/compound/plain" },
    ]);
    const rows = await file?.read("/compound/references", { slices: [[1, 3]] });
    expect(toJson(rows?.values ?? [])).toEqual({
      fields: { start: [6, 7], target: ["/text/vlen", null], note: ["", "dritte ß"] },
    });
    await file?.close();
  });
});

describe("types", () => {
  it("are told as the file declares them", async () => {
    const file = await openHdf5(fixtureStore(), "types.h5");
    const typeOf = async (path: string) => (await file?.read(path))?.type;
    expect(await typeOf("/numbers/bool")).toEqual({ kind: "bool", size: 1, littleEndian: true, members: new Map([["FALSE", 0], ["TRUE", 1]]) }); // biome-ignore format: short
    expect((await typeOf("/numbers/enum"))?.members).toEqual(new Map([["NONE", 0], ["ONE", 1], ["SEVEN", 7]])); // biome-ignore format: short
    expect(await typeOf("/numbers/big_i4")).toEqual({ kind: "int", size: 4, littleEndian: false });
    expect(await typeOf("/text/vlen")).toMatchObject({ kind: "string", size: 0 });
    expect(await typeOf("/text/fixed_ascii")).toMatchObject({ kind: "string", size: 8 });
    expect(await typeOf("/structures/opaque")).toMatchObject({ kind: "opaque", size: 3 });
    expect(
      (await typeOf("/compound/nested"))?.fields?.map((field) => [field.name, field.offset, field.type.kind]),
    ).toEqual([
      ["point", 0, "compound"],
      ["flag", 9, "bool"],
      ["name", 10, "string"],
    ]);
    await file?.close();
  });

  it("give the narrowest array that holds the values", async () => {
    const file = await openHdf5(fixtureStore(), "types.h5");
    const arrays = {
      i1: Int8Array,
      u1: Uint8Array,
      big_u2: Uint16Array,
      i4: Int32Array,
      f2: Float32Array,
      i8: Float64Array,
    };
    for (const [name, type] of Object.entries(arrays)) {
      expect((await file?.read(`/numbers/${name}`))?.values).toBeInstanceOf(type);
    }
    await file?.close();
  });
});

describe("links", () => {
  it("are followed where they are soft, whatever they lead through", async () => {
    const file = await openHdf5(fixtureStore(), "types.h5");
    for (const path of ["/names/soft", "/names/soft_to_soft", "/names/soft_to_group/i4", "//numbers/./i4/"]) {
      expect(await file?.find(path)).toMatchObject({ kind: "array", path: "/numbers/i4" });
    }
    expect((await file?.read("/names/soft_relative"))?.values).toEqual(Float64Array.of(5));
    await file?.close();
  });

  it("that lead nowhere lead to nothing; a circle and another file are errors", async () => {
    const file = await openHdf5(fixtureStore(), "types.h5");
    for (const path of ["/names/dangling", "/nothing", "/nothing/below", "/numbers/i4/below"]) {
      expect(await file?.find(path)).toBeUndefined();
      await expect(file?.read(path)).rejects.toMatchObject({
        code: "not-found",
        message: expect.stringContaining(path),
      });
    }
    await expect(file?.find("/names/loop")).rejects.toMatchObject({ code: "format", at: "/names/loop" });
    await expect(file?.read("/names/external")).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("types.h5:/numbers/i4"),
    });
    await file?.close();
  });

  it("are listed in code-point order", async () => {
    const file = await openHdf5(fixtureStore(), "types.h5");
    const names = (await file?.list("/names"))?.map((link) => link.name) ?? [];
    expect(names.slice(0, 4)).toEqual(["10", "9", "Zebra", "apple"]);
    expect(names.slice(-3)).toEqual(["é", "ünïcödé", "😀"]);
    await file?.close();
  });
});
