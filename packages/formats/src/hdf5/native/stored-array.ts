import type { Metadata } from "h5wasm";
import { elementsOf } from "../box.js";
import type { Filter } from "../filters.js";
import { Cursor } from "./cursor.js";
import { Damage, requireSound } from "./damage.js";
import { type Dataspace, parseDataspace } from "./dataspace.js";
import type { FileBytes } from "./file-bytes.js";
import { parseFill, parseOldFill } from "./fill-value.js";
import { parseFilters } from "./filter-pipeline.js";
import { type Layout, parseLayout } from "./layout.js";
import { NotCovered, requireCovered } from "./not-covered.js";
import { findMessage, MESSAGE, type ObjectHeader, readObjectHeader } from "./object-header.js";
import { parseShared } from "./shared-message.js";
import { parseType, type StoredType } from "./stored-type.js";
import { toMetadata } from "./type-in-memory.js";

/** An array as its object header describes it. */
export interface StoredArray {
  readonly address: number;
  readonly dataspace: Dataspace;
  /** `[]` for a scalar and a null dataspace. */
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly metadata: Metadata;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  /** Bytes of the element that stands where nothing was written; `undefined` for zeros. */
  readonly fill: Uint8Array | undefined;
}

/** @throws {@link NotCovered} for arrays in external files and whatever its parts do not cover */
export async function describeArray(file: FileBytes, header: ObjectHeader): Promise<StoredArray> {
  requireCovered(findMessage(header, MESSAGE.externalFiles) === undefined, "an array in external files");
  const dataspace = parseDataspace(bodyOf(file, header, MESSAGE.dataspace));
  const type = await readType(file, header);
  const layout = parseLayout(bodyOf(file, header, MESSAGE.layout));
  const filters = findMessage(header, MESSAGE.filters);
  const shape = dataspace.shape ?? [];
  requireLayout(layout, shape, type);
  const metadata = toMetadata(type, dataspace.shape);
  return {
    address: header.address,
    dataspace,
    shape,
    type,
    metadata,
    layout,
    filters: filters === undefined ? [] : parseFilters(bodyOf(file, header, MESSAGE.filters)),
    fill: readFill(file, header, type),
  };
}

function requireLayout(layout: Layout, shape: readonly number[], type: StoredType): void {
  const bytes = elementsOf(shape) * type.size;
  if (layout.kind === "compact") requireSound(layout.bytes.length >= bytes, "a compact array is too short");
  if (layout.kind === "contiguous" && layout.address !== undefined) {
    requireSound(layout.length >= bytes, "an array has less bytes than elements");
  }
  if (layout.kind !== "chunked") return;
  requireSound(layout.chunk.length === shape.length, "chunks have other axes than their array");
  requireSound(layout.itemBytes === type.size, "chunks have elements of another size than their array");
}

/** A message that there has to be, and that is not shared. */
function bodyOf(file: FileBytes, header: ObjectHeader, type: number): Cursor {
  const message = findMessage(header, type);
  if (message === undefined) throw new Damage(`an array has no message of type ${type}`);
  requireCovered(!message.isShared, `a shared message of type ${type}`);
  return new Cursor(message.bytes, file.widths);
}

async function readType(file: FileBytes, header: ObjectHeader): Promise<StoredType> {
  const message = findMessage(header, MESSAGE.datatype);
  if (message === undefined) throw new Damage("an object has no datatype");
  const cursor = new Cursor(message.bytes, file.widths);
  return message.isShared ? await readCommittedType(file, parseShared(cursor).committedAt) : parseType(cursor);
}

/** The type that a named datatype stands for. */
export async function readCommittedType(file: FileBytes, address: number): Promise<StoredType> {
  const message = findMessage(await readObjectHeader(file, address), MESSAGE.datatype);
  if (message === undefined) throw new Damage("a committed datatype has no type");
  if (message.isShared) throw new NotCovered("a committed datatype that is shared again");
  return parseType(new Cursor(message.bytes, file.widths));
}

function readFill(file: FileBytes, header: ObjectHeader, type: StoredType): Uint8Array | undefined {
  const message = findMessage(header, MESSAGE.fill) ?? findMessage(header, MESSAGE.oldFill);
  if (message === undefined) return undefined;
  requireCovered(!message.isShared, "a shared fill value");
  const cursor = new Cursor(message.bytes, file.widths);
  const fill = message.type === MESSAGE.fill ? parseFill(cursor) : parseOldFill(cursor);
  requireCovered(fill === undefined || fill.length === type.size, "a fill value of another size than the elements");
  return fill;
}
