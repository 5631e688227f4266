import { QueryError } from "@crossprobe/core";

/** `start:stop:step` as in Python: negative numbers count from the end, what is left out reaches to the end. */
export interface Slice {
  readonly start?: number | undefined;
  readonly stop?: number | undefined;
  readonly step?: number | undefined;
}

/**
 * What to take along one axis, as NumPy takes it:
 *
 * - a number: that one, and the axis is dropped; negative from the end
 * - a slice: cut to the axis, so that it may be empty but never out of range
 * - a list of numbers: those, in that order, repeats allowed
 * - a list of booleans: where it is true; as long as the axis
 *
 * Left out: all.
 */
export type AxisIndex = number | Slice | readonly number[] | readonly boolean[];

/** Both axes: samples, then channels. */
export type SampleIndex = readonly [rows?: AxisIndex | undefined, columns?: AxisIndex | undefined];

/** Positions along one axis, from 0. */
export interface Positions {
  readonly positions: Int32Array;
  /** False where a number was given: the result has not this axis. */
  readonly keepsAxis: boolean;
}

/**
 * Positions that an index takes from an axis.
 *
 * Source: NumPy, "Indexing on ndarrays"; Python, `slice.indices`.
 *
 * @param what the axis in words
 * @throws {@link QueryError} for a number outside the axis, a step of 0, a mask of another length, or what is no integer
 */
export function resolveAxis(index: AxisIndex | undefined, length: number, what: string): Positions {
  if (index === undefined) return { positions: range({}, length, what), keepsAxis: true };
  if (typeof index === "number") return { positions: Int32Array.of(position(index, length, what)), keepsAxis: false };
  if (!isList(index)) return { positions: range(index, length, what), keepsAxis: true };
  if (isMask(index)) return { positions: masked(index, length, what), keepsAxis: true };
  return { positions: Int32Array.from(index, (value) => position(value, length, what)), keepsAxis: true };
}

function isList(index: AxisIndex): index is readonly number[] | readonly boolean[] {
  return Array.isArray(index);
}

function isMask(index: readonly number[] | readonly boolean[]): index is readonly boolean[] {
  return typeof index[0] === "boolean";
}

function masked(mask: readonly boolean[], length: number, what: string): Int32Array {
  if (mask.length === length) return Int32Array.from(mask.flatMap((isWanted, i) => (isWanted === true ? [i] : [])));
  throw new QueryError(`a mask of ${mask.length} ${what} does not fit ${length}`, {
    hint: "give one truth value for each",
  });
}

function position(value: number, length: number, what: string): number {
  if (!Number.isInteger(value)) throw notAnInteger(value, what);
  const at = value < 0 ? value + length : value;
  if (at >= 0 && at < length) return at;
  throw new QueryError(`${value} is not one of ${length} ${what}`, {
    hint: `give integers from ${-length} to ${length - 1}; negative ones count from the end`,
  });
}

function range({ start, stop, step = 1 }: Slice, length: number, what: string): Int32Array {
  for (const value of [start, stop, step])
    if (value !== undefined && !Number.isInteger(value)) throw notAnInteger(value, what);
  if (step === 0)
    throw new QueryError(`a slice of ${what} with a step of 0 is none`, { hint: "give a step other than 0" });
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clip = (value: number): number => Math.min(highest, Math.max(lowest, value < 0 ? value + length : value));
  const first = start === undefined ? (step > 0 ? lowest : highest) : clip(start);
  const last = stop === undefined ? (step > 0 ? highest : lowest) : clip(stop);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return Int32Array.from({ length: count }, (_, i) => first + i * step);
}

function notAnInteger(value: unknown, what: string): QueryError {
  return new QueryError(`${what}: ${String(value)} is no integer`, { hint: "sample and channel numbers are integers" });
}

/** An index over both axes, resolved: positions, and the shape of the result. */
export interface ResolvedIndex {
  readonly samples: Int32Array;
  readonly channels: Int32Array;
  readonly shape: readonly number[];
}

/** @throws {@link QueryError} as {@link resolveAxis}, and for two lists: NumPy pairs them up, where a table is what one would expect */
export function resolveIndex(
  [rows, columns]: SampleIndex,
  [sampleCount, channelCount]: readonly [number, number],
): ResolvedIndex {
  if (Array.isArray(rows) && Array.isArray(columns)) {
    throw new QueryError("two lists as an index would be paired up, sample by channel", {
      hint: "give one of them as a slice, or read the rows and pick columns afterwards",
    });
  }
  const samples = resolveAxis(rows, sampleCount, "samples");
  const channels = resolveAxis(columns, channelCount, "channels");
  const kept = [samples, channels].filter(({ keepsAxis }) => keepsAxis);
  return {
    samples: samples.positions,
    channels: channels.positions,
    shape: kept.map(({ positions }) => positions.length),
  };
}

/**
 * Reads an index as it is written in Python between the brackets: `0:10, ::2`, `-100:`, `[1, 3, 5], 0`, `..., -1`.
 *
 * @throws {@link QueryError} for more than two axes, for what adds an axis (`None`, `True`), and for anything that is no index
 */
export function parseIndex(text: string): SampleIndex {
  const inner = text.trim().replace(/^\((.*)\)$/s, "$1");
  const parts = splitAxes(inner).map((part) => part.trim());
  if (parts.at(-1) === "") parts.pop();
  const dots = parts.indexOf("...");
  if (dots >= 0) parts.splice(dots, 1, ...Array.from({ length: Math.max(0, 3 - parts.length) }, () => ":"));
  if (parts.length > 2) {
    throw new QueryError(`the index [${text}] has ${parts.length} axes, the signal two`, {
      hint: "index samples, then channels",
    });
  }
  const [rows, columns] = parts.map((part) => parseAxis(part, text));
  return [rows, columns];
}

function splitAxes(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "[") depth++;
    if (character === "]") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${character}`);
  }
  return parts;
}

const INTEGER = /^[+-]?\d+$/;

function parseAxis(part: string, text: string): AxisIndex {
  const fail = (says: string): never => {
    throw new QueryError(`the index [${text}]: ${says}`, {
      hint: "give integers, slices such as 0:100:2, lists such as [1, 2] or ..., for samples and then for channels",
    });
  };
  const integer = (value: string): number => (INTEGER.test(value) ? Number(value) : fail(`"${value}" is no integer`));
  if (/^(None|newaxis|np\.newaxis|True|False)$/.test(part))
    return fail(`${part} would add an axis, which is not supported`);
  const list = /^\[(.*)\]$/s.exec(part)?.[1];
  if (list !== undefined) return list.trim() === "" ? [] : list.split(",").map((value) => integer(value.trim()));
  if (!part.includes(":")) return integer(part);
  const ends = part.split(":").map((value) => value.trim());
  if (ends.length > 3) return fail(`"${part}" has too many colons`);
  const [start, stop, step] = ends.map((value) => (value === "" || value === "None" ? undefined : integer(value)));
  return { start, stop, step };
}
