import { type CallOptions, isDataError, type NumericArray } from "@crossprobe/core";
import type { Hdf5ArrayInfo, Hdf5Data, Hdf5File, Hdf5Slice, Hdf5Values } from "@crossprobe/formats/hdf5";
import { formatError, type Place, schemaError } from "./place.js";

/** Attributes of one HDF5 object, with the place they come from. */
export interface Attributes {
  readonly values: ReadonlyMap<string, Hdf5Data>;
  readonly place: Place;
}

/** @param names read only these: texts and columns of all channels take most of the time */
export async function readAttributes(
  file: Hdf5File,
  place: Place,
  options?: CallOptions & { readonly names?: readonly string[] | undefined },
): Promise<Attributes> {
  return { values: await file.attributes(place.path, options), place };
}

function isNumeric(values: Hdf5Values): values is NumericArray {
  return ArrayBuffer.isView(values);
}

function isTexts(values: Hdf5Values): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}

/** A numeric attribute of one value, NaN included; `undefined` if there is none. @throws {@link SchemaError} for any other shape */
export function findNumber({ values, place }: Attributes, name: string): number | undefined {
  const data = values.get(name);
  if (data === undefined) return undefined;
  if (!isNumeric(data.values)) throw schemaError(place, `attribute ${name} is not a number`);
  const [value] = data.values;
  if (value === undefined || data.values.length !== 1) {
    throw schemaError(place, `attribute ${name} has ${data.values.length} values, expected one`);
  }
  return value;
}

/** A numeric attribute that must be there. @throws {@link SchemaError} */
export function requireNumber(attributes: Attributes, name: string): number {
  const value = findNumber(attributes, name);
  if (value === undefined) throw schemaError(attributes.place, `attribute ${name} is missing`);
  return value;
}

/** A text attribute of one value; `undefined` if there is none. @throws {@link SchemaError} for anything else */
export function findText({ values, place }: Attributes, name: string): string | undefined {
  const data = values.get(name);
  if (data === undefined) return undefined;
  const [value] = isTexts(data.values) ? data.values : [];
  if (value === undefined) throw schemaError(place, `attribute ${name} is not text`);
  return value;
}

/** A numeric attribute with one value for each channel; `undefined` if there is none. @throws {@link SchemaError} */
export function findColumn(attributes: Attributes, name: string, length: number): NumericArray | undefined {
  const data = attributes.values.get(name);
  if (data === undefined) return undefined;
  if (!isNumeric(data.values)) throw schemaError(attributes.place, `attribute ${name} is not numeric`);
  checkLength(attributes.place, name, data.values.length, length);
  return data.values;
}

/** A text attribute with one value for each channel; `undefined` if there is none. @throws {@link SchemaError} */
export function findTextColumn(attributes: Attributes, name: string, length: number): readonly string[] | undefined {
  const data = attributes.values.get(name);
  if (data === undefined) return undefined;
  if (!isTexts(data.values)) throw schemaError(attributes.place, `attribute ${name} is not text`);
  checkLength(attributes.place, name, data.values.length, length);
  return data.values;
}

function checkLength(place: Place, name: string, found: number, channelCount: number): void {
  if (found !== channelCount) throw schemaError(place, `${name} has ${found} values, nc is ${channelCount}`);
}

/** What an array that LFPack requires looks like. @throws {@link FormatError} when it is missing or no array */
export async function requireArray(file: Hdf5File, place: Place, options?: CallOptions): Promise<Hdf5ArrayInfo> {
  const info = await file.find(place.path, options);
  const name = place.path.slice(place.path.lastIndexOf("/") + 1);
  if (info === undefined) throw formatError(place, `array ${name} is missing`);
  if (info.kind !== "array") throw formatError(place, `${name} is a group, expected an array`);
  return info;
}

/** Number of elements of an array's shape; 0 for a null dataspace. */
export function elementCount(shape: readonly number[] | null): number {
  return shape === null ? 0 : shape.reduce((product, length) => product * length, 1);
}

/**
 * Numbers of an array, or of a slice of it.
 *
 * @throws {@link FormatError} naming the recording and the array when it holds no numbers or does not decode
 */
export async function readNumbers(
  file: Hdf5File,
  place: Place,
  slices: readonly Hdf5Slice[] | undefined,
  options?: CallOptions,
): Promise<NumericArray> {
  const { values } = await readArray(file, place, slices, options);
  if (!isNumeric(values)) throw formatError(place, "the array does not hold numbers");
  return values;
}

/** An array, or a slice of it; what does not decode is said to be of this recording. */
export async function readArray(
  file: Hdf5File,
  place: Place,
  slices: readonly Hdf5Slice[] | undefined,
  options?: CallOptions,
): Promise<Hdf5Data> {
  try {
    return await file.read(place.path, { slices, signal: options?.signal });
  } catch (error) {
    if (!isDataError(error, "format")) throw error;
    throw formatError(place, error.message, { cause: error, hint: error.hint });
  }
}
