import type { CallOptions } from "@crossprobe/core";
import type { Hdf5Data, Hdf5File } from "@crossprobe/formats/hdf5";
import { isNumeric, isReferences, isText } from "./hdf5-values.js";

/** Every attribute of an HDF5 object, by name. */
export type Attributes = ReadonlyMap<string, Hdf5Data>;

/** One attribute as a plain value; lists stay lists. */
export type PlainAttribute = string | number | boolean | readonly string[] | readonly number[];

/** First text of an attribute; `undefined` when it is absent or no text. */
export function textAttribute(attributes: Attributes, name: string): string | undefined {
  return textListAttribute(attributes, name)?.[0];
}

/** Texts of an attribute; `undefined` when it is absent. An empty list of any type is an empty list of texts (`colnames` of no columns). */
export function textListAttribute(attributes: Attributes, name: string): readonly string[] | undefined {
  const data = attributes.get(name);
  if (!data) return undefined;
  if (isText(data)) return data.values;
  const empty = data.shape === null || data.shape.includes(0);
  return empty ? [] : undefined;
}

/** First number of an attribute; `undefined` when it is absent or no number. */
export function numberAttribute(attributes: Attributes, name: string): number | undefined {
  const data = attributes.get(name);
  return data && isNumeric(data.values) ? data.values[0] : undefined;
}

/** Path that an object reference points at: null when it points nowhere, `undefined` when there is no such attribute. */
export function referenceAttribute(attributes: Attributes, name: string): string | null | undefined {
  const data = attributes.get(name);
  return data && isReferences(data) ? data.values[0]?.path : undefined;
}

/** Attributes with plain values, in file order; references and compounds are left out, as NWB's own bookkeeping is. */
export function plainAttributes(attributes: Attributes): ReadonlyMap<string, PlainAttribute> {
  const plain = new Map<string, PlainAttribute>();
  for (const [name, data] of attributes) {
    if (BOOKKEEPING.has(name)) continue;
    const value = toPlain(data);
    if (value !== undefined) plain.set(name, value);
  }
  return plain;
}

const BOOKKEEPING: ReadonlySet<string> = new Set(["namespace", "neurodata_type", "object_id"]);

function toPlain(data: Hdf5Data): PlainAttribute | undefined {
  const scalar = data.shape?.length === 0;
  if (isText(data)) return scalar ? data.values[0] : data.values;
  if (!isNumeric(data.values)) return undefined;
  const first = data.values[0];
  if (!scalar) return Array.from(data.values);
  return data.type.kind === "bool" && first !== undefined ? first !== 0 : first;
}

/** Text of a scalar (or one-element) array; `undefined` when nothing is there or it is no text. */
export async function readText(file: Hdf5File, path: string, options?: CallOptions): Promise<string | undefined> {
  const found = await file.find(path, options);
  if (found?.kind !== "array" || found.type.kind !== "string" || isLong(found.shape)) return undefined;
  const data = await file.read(path, options);
  return isText(data) ? data.values[0] : undefined;
}

/** Number in a scalar (or one-element) array; `undefined` when nothing is there or it is no number. */
export async function readNumber(file: Hdf5File, path: string, options?: CallOptions): Promise<number | undefined> {
  const found = await file.find(path, options);
  if (found?.kind !== "array" || isLong(found.shape)) return undefined;
  const { values } = await file.read(path, options);
  return isNumeric(values) ? values[0] : undefined;
}

function isLong(shape: readonly number[] | null): boolean {
  return shape !== null && shape.reduce((product, length) => product * length, 1) > 1024;
}
