import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { ByteStore } from "@crossprobe/core";
import type { Hdf5Data, Hdf5File, Hdf5Type, Hdf5Values } from "@crossprobe/formats/hdf5";
import { expect } from "vitest";

/** A folder as a byte store, as little as the HDF5 reader needs. */
export function folderStore(folder: string): ByteStore {
  return {
    url: `file://${folder}/`,
    size: async (key) => (await withFile(`${folder}/${key}`, (file) => file.stat()))?.size,
    read: (key, options) =>
      withFile(`${folder}/${key}`, async (file) => {
        const { size } = await file.stat();
        const range = options?.range ?? { offset: 0, length: size };
        const offset = "suffix" in range ? Math.max(0, size - range.suffix) : Math.min(size, range.offset);
        const bytes = new Uint8Array("suffix" in range ? size - offset : Math.min(range.length, size - offset));
        await file.read(bytes, 0, bytes.length, offset);
        return bytes;
      }),
  };
}

async function withFile<T>(
  path: string,
  use: (file: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** One object of the `h5py` section of a golden file. */
export interface ExpectedObject {
  readonly softLink?: string;
  readonly externalLink?: { readonly file: string; readonly path: string };
  readonly kind?: "group" | "dataset";
  readonly type?: string;
  readonly shape?: readonly number[] | null;
  readonly chunks?: readonly number[];
  readonly filters?: { readonly compression?: string; readonly shuffle?: boolean; readonly fletcher32?: boolean };
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly values?: unknown;
  readonly sha256?: string;
}

/** Every path of a file in the order of h5py, links not followed; `/specifications` is left alone. */
export async function pathsOf(file: Hdf5File, path = "/"): Promise<string[]> {
  const paths = path === "/" ? ["/"] : [];
  for (const link of await file.list(path)) {
    const child = path === "/" ? `/${link.name}` : `${path}/${link.name}`;
    paths.push(child);
    if (link.kind !== "hard" || child === "/specifications") continue;
    if ((await file.find(child))?.kind === "group") paths.push(...(await pathsOf(file, child)));
  }
  return paths;
}

/** Compares one object with what h5py sees; gives the number of values and attributes compared. */
export async function expectObject(file: Hdf5File, path: string, expected: ExpectedObject): Promise<number> {
  const slash = path.lastIndexOf("/");
  const link = (await file.list(path.slice(0, slash) || "/")).find((entry) => entry.name === path.slice(slash + 1));
  if (expected.softLink !== undefined) {
    expect(link).toEqual({ name: link?.name, kind: "soft", target: expected.softLink });
    return 1;
  }
  if (expected.externalLink !== undefined) {
    const target = `${expected.externalLink.file}:${expected.externalLink.path}`;
    expect(link).toEqual({ name: link?.name, kind: "external", target });
    await expect(file.find(path)).rejects.toMatchObject({ code: "unsupported" });
    return 1;
  }
  if (path !== "/") expect(link?.kind).toBe("hard");
  const attributes = await file.attributes(path);
  const values = Object.fromEntries([...attributes].map(([name, data]) => [name, toJson(data)]));
  expect(values, `attributes of ${path}`).toEqual(expected.attributes);
  const object = await file.find(path);
  expect(object).toMatchObject({ kind: expected.kind === "dataset" ? "array" : "group", path });
  if (object?.kind === "array") await expectArray(file, path, object, expected);
  return attributes.size + 1;
}

async function expectArray(
  file: Hdf5File,
  path: string,
  array: { shape: unknown; chunks: unknown; filters: readonly number[]; type: Hdf5Type },
  expected: ExpectedObject,
): Promise<void> {
  expect(array.shape, path).toEqual(expected.shape);
  expect(array.chunks, path).toEqual(expected.chunks ?? null);
  expect(array.filters, path).toEqual(filtersOf(expected));
  expect(typeText(array.type), path).toBe((expected.type ?? "").replace(/^string (ascii|utf-8)/, "string"));
  if (array.filters.includes(32000)) {
    await expect(file.read(path)).rejects.toMatchObject({ code: "format", message: expect.stringContaining("lzf") });
    return;
  }
  if (JSON.stringify(expected.values ?? null).includes('"9007199254740993"')) {
    await expect(file.read(path)).rejects.toMatchObject({
      code: "format",
      message: expect.stringContaining("9007199254740993"),
    });
    return;
  }
  const data = await file.read(path);
  expect(data.shape, path).toEqual(expected.shape);
  const values = expected.type === "bool" ? toBooleans(expected.values) : expected.values;
  if (values !== undefined) expect(toJson(data), path).toEqual(values);
  if (expected.sha256 !== undefined && expected.type !== "float16") {
    expect(digestOf(data), path).toBe(expected.sha256);
  }
}

function toBooleans(values: unknown): unknown {
  return Array.isArray(values) ? values.map(toBooleans) : Number(values);
}

function filtersOf({ filters }: ExpectedObject): number[] {
  const compression = { gzip: 1, lzf: 32000 }[filters?.compression ?? ""];
  return [filters?.shuffle ? 2 : [], compression ?? [], filters?.fletcher32 ? 3 : []].flat();
}

function typeText(type: Hdf5Type): string {
  const names = { int: "int", uint: "uint", float: "float" };
  switch (type.kind) {
    case "int":
    case "uint":
    case "float":
      return type.littleEndian ? `${names[type.kind]}${type.size * 8}` : `>${type.kind[0]}${type.size}`;
    case "string":
      return type.size === 0 ? "string vlen" : `string fixed ${type.size}`;
    case "reference":
      return "object reference";
    case "compound":
      return `[${(type.fields ?? []).map((field) => `('${field.name}', '${fieldText(field.type)}')`).join(", ")}]`;
    default:
      return type.kind;
  }
}

function fieldText(type: Hdf5Type): string {
  return type.kind === "reference" ? "O" : `<${type.kind[0]}${type.size}`;
}

/** Values nested by shape, with the conventions of the golden JSON: NaN is null, infinities are text. */
export function toJson(data: Hdf5Data): unknown {
  const flat = toList(data.values);
  return (data.shape ?? []).length === 0 ? flat[0] : nest(flat, data.shape ?? []);
}

function toList(values: Hdf5Values): unknown[] {
  if ("fields" in values) {
    const columns = [...values.fields.values()].map(toList);
    return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]));
  }
  return Array.from(values as ArrayLike<unknown>, (value) => {
    if (typeof value === "number" && Number.isNaN(value)) return null;
    if (value === Number.POSITIVE_INFINITY) return "Infinity";
    if (value === Number.NEGATIVE_INFINITY) return "-Infinity";
    if (typeof value === "object" && value !== null && "path" in value) return value.path;
    return value;
  });
}

function nest(flat: readonly unknown[], shape: readonly number[]): unknown {
  const [length = 0, ...rest] = shape;
  if (rest.length === 0) return flat.slice(0, length);
  const size = rest.reduce((product, n) => product * n, 1);
  return Array.from({ length }, (_, i) => nest(flat.slice(i * size, (i + 1) * size), rest));
}

/** SHA-256 of the values as they are stored, little-endian: 64-bit integers go back from numbers. */
function digestOf(data: Hdf5Data): string {
  const values = data.values;
  if (!ArrayBuffer.isView(values)) throw new Error("only numbers have a digest");
  const isLong = data.type.size === 8 && (data.type.kind === "int" || data.type.kind === "uint");
  const stored = isLong ? BigInt64Array.from(Array.from(values as Float64Array, BigInt)) : values;
  return createHash("sha256")
    .update(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
    .digest("hex");
}
