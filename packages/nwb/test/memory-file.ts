import { FormatError, type NumericArray } from "@crossprobe/core";
import type {
  Hdf5ArrayInfo,
  Hdf5Data,
  Hdf5File,
  Hdf5Link,
  Hdf5Object,
  Hdf5ReadOptions,
  Hdf5Type,
} from "@crossprobe/formats/hdf5";

/** A group, array or soft link of a {@link MemoryHdf5File}. */
export type MemoryNode =
  | {
      readonly kind: "group";
      readonly attributes: AttributeValues;
      readonly members: Readonly<Record<string, MemoryNode>>;
    }
  | {
      readonly kind: "array";
      readonly attributes: AttributeValues;
      readonly values: NumericArray | readonly string[];
      readonly shape: readonly number[];
      readonly type: Hdf5Type;
    }
  | { readonly kind: "link"; readonly target: string };

/** Text, numbers, lists of text, or `{ path }` for an object reference. */
export type AttributeValues = Readonly<
  Record<string, string | number | readonly string[] | { readonly path: string | null }>
>;

/** A group. */
export function group(
  members: Readonly<Record<string, MemoryNode>> = {},
  attributes: AttributeValues = {},
): MemoryNode {
  return { kind: "group", attributes, members };
}

/** An array of numbers or text; `[length]` unless a shape is given. */
export function array(
  values: NumericArray | readonly string[],
  attributes: AttributeValues = {},
  shape: readonly number[] = [values.length],
): MemoryNode {
  return { kind: "array", attributes, values, shape, type: typeOf(values) };
}

/** A soft link. */
export function link(target: string): MemoryNode {
  return { kind: "link", target };
}

/** An HDF5 file made of plain values, which remembers what was read: for damage and sizes that no fixture should hold. */
export class MemoryHdf5File implements Hdf5File {
  readonly url = "memory:test.nwb";
  /** Values read so far, by path. */
  readonly valuesRead = new Map<string, number>();
  readonly #root: MemoryNode;

  constructor(root: MemoryNode) {
    this.#root = root;
  }

  async list(path: string): Promise<readonly Hdf5Link[]> {
    const node = this.#follow(path)?.node;
    if (node?.kind !== "group") throw this.#problem(path);
    return Object.entries(node.members).map(([name, member]): Hdf5Link => {
      return member.kind === "link" ? { name, kind: "soft", target: member.target } : { name, kind: "hard" };
    });
  }

  async find(path: string): Promise<Hdf5Object | undefined> {
    const found = this.#follow(path);
    if (!found) return undefined;
    if (found.node.kind === "group") return { kind: "group", path: found.path };
    const { shape, type } = found.node;
    return { kind: "array", path: found.path, shape, type, chunks: null, filters: [] } satisfies Hdf5ArrayInfo;
  }

  async attributes(path: string): Promise<ReadonlyMap<string, Hdf5Data>> {
    const found = this.#follow(path);
    if (!found) throw this.#problem(path);
    return new Map(Object.entries(found.node.attributes).map(([name, value]) => [name, toData(value)]));
  }

  async read(path: string, options: Hdf5ReadOptions = {}): Promise<Hdf5Data> {
    options.signal?.throwIfAborted();
    const node = this.#follow(path)?.node;
    if (node?.kind !== "array") throw this.#problem(path);
    const { values, type, shape } = node;
    const slices = options.slices ?? shape.map((length) => [0, length] as const);
    const picked = pick(shape, slices);
    this.valuesRead.set(path, (this.valuesRead.get(path) ?? 0) + picked.length);
    const sliced = slices.map(([start, stop]) => stop - start);
    if (isNumbers(values)) {
      const part = values.slice(0, 0);
      const Typed = part.constructor as new (length: number) => NumericArray;
      const out = new Typed(picked.length);
      picked.forEach((from, to) => {
        out[to] = values[from] ?? Number.NaN;
      });
      return { values: out, shape: sliced, type };
    }
    return { values: picked.map((from) => values[from] ?? ""), shape: sliced, type };
  }

  async close(): Promise<void> {}

  #follow(path: string, hops = 0): { node: Exclude<MemoryNode, { kind: "link" }>; path: string } | undefined {
    let node: MemoryNode = this.#root;
    let at = "";
    for (const name of path.split("/").filter(Boolean)) {
      if (node.kind !== "group") return undefined;
      const member: MemoryNode | undefined = node.members[name];
      if (!member) return undefined;
      if (member.kind === "link") {
        const target = hops < 8 ? this.#follow(member.target, hops + 1) : undefined;
        if (!target) return undefined;
        node = target.node;
        at = target.path;
      } else {
        node = member;
        at = `${at}/${name}`;
      }
    }
    return node.kind === "link" ? undefined : { node, path: at === "" ? "/" : at };
  }

  #problem(path: string): FormatError {
    return new FormatError(`nothing fitting at ${path}`, { format: "hdf5", url: this.url, at: path });
  }
}

function pick(shape: readonly number[], slices: readonly (readonly [number, number])[]): number[] {
  let picked = [0];
  shape.forEach((length, axis) => {
    const [start, stop] = slices[axis] ?? [0, length];
    const next: number[] = [];
    for (const base of picked) for (let i = start; i < stop; i++) next.push(base * length + i);
    picked = next;
  });
  return picked;
}

function toData(value: AttributeValues[string]): Hdf5Data {
  const type = (kind: Hdf5Type["kind"]): Hdf5Type => ({ kind, size: 8, littleEndian: true });
  if (typeof value === "string") return { values: [value], shape: [], type: type("string") };
  if (typeof value === "number") return { values: Float64Array.of(value), shape: [], type: type("float") };
  if ("path" in value) return { values: [value], shape: [], type: type("reference") };
  return { values: value, shape: [value.length], type: type("string") };
}

function isNumbers(values: NumericArray | readonly string[]): values is NumericArray {
  return ArrayBuffer.isView(values);
}

function typeOf(values: NumericArray | readonly string[]): Hdf5Type {
  if (!isNumbers(values)) return { kind: "string", size: 0, littleEndian: true };
  const name = values.constructor.name;
  const kind = name.startsWith("Float") ? "float" : name.startsWith("Uint") ? "uint" : "int";
  return { kind, size: values.BYTES_PER_ELEMENT, littleEndian: true };
}
