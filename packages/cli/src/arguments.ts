import { MAPPINGS, type Mapping } from "@crossprobe/atlas";
import { type Interval, isDataError, parseRef, type Ref, type RefKind } from "@crossprobe/core";
import { type Command, InvalidArgumentError } from "commander";

/** Parsers of command-line arguments. What they refuse is wrong usage: exit code 2. */

export function parseRefArgument<Kind extends RefKind>(...kinds: readonly Kind[]): (text: string) => Ref<Kind> {
  return (text) => {
    try {
      const found = parseRef(text);
      const kind = kinds.find((candidate) => candidate === found.kind);
      if (kind !== undefined) return { ...found, kind };
      throw new InvalidArgumentError(`it is a ${found.kind}, a ${kinds.join(" or ")} reference is needed`);
    } catch (error) {
      if (isDataError(error)) throw new InvalidArgumentError(`${error.message}; ${error.hint}`);
      throw error;
    }
  };
}

export function parseInterval(text: string): Interval {
  const match = /^(-?[\d.]+(?:e[+-]?\d+)?):(-?[\d.]+(?:e[+-]?\d+)?)$/i.exec(text);
  const [start, stop] = [Number(match?.[1] ?? Number.NaN), Number(match?.[2] ?? Number.NaN)];
  if (!(start < stop))
    throw new InvalidArgumentError("Write <start>:<stop> in seconds, start before stop, such as 0:296.");
  return { start, stop };
}

/** `--from` and `--to` as a half-open interval of the session clock; what is not given is open. Refused when it is empty. */
export function toInterval(from: number | undefined, to: number | undefined, command: Command): Interval {
  const [start, stop] = [from ?? -Infinity, to ?? Infinity];
  if (!(start < stop)) command.error(`error: --from ${start} is not before --to ${stop}: no time lies between them`);
  return { start, stop };
}

export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError("Write seconds as a number, such as 12.5.");
  return value;
}

export function parseCount(text: string): number {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("Write a whole number, zero or more.");
  return value;
}

/** `2500:3000`: a half-open range of sample numbers. */
export function parseSamples(text: string): readonly [start: number, stop: number] {
  const [first = "", last, ...more] = text.split(":");
  if (last === undefined || more.length > 0)
    throw new InvalidArgumentError("Write <start>:<stop> in sample numbers, such as 2500:3000.");
  const [start, stop] = [parseCount(first), parseCount(last)];
  if (start >= stop) throw new InvalidArgumentError(`The range ${text} is empty: <start>:<stop> leaves stop out.`);
  return [start, stop];
}

/** `0,5,10:20,30-39`: numbers, half-open ranges `a:b`, and ranges `a-b` that hold both ends. */
export function parseIndices(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const [, from, to] = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(part) ?? [];
    if (from !== undefined && to !== undefined) {
      const [start, stop] = [parseCount(from), parseCount(to)];
      if (stop < start) throw new InvalidArgumentError(`The range ${part} goes backward.`);
      return Array.from({ length: stop - start + 1 }, (_, i) => start + i);
    }
    const [first, last, ...more] = part.split(":");
    if (more.length > 0) throw new InvalidArgumentError(`${part} is no range: write <start>:<stop>.`);
    const start = parseCount(first ?? "");
    if (last === undefined) return [start];
    const stop = parseCount(last);
    if (stop <= start) throw new InvalidArgumentError(`The range ${part} is empty: <start>:<stop> leaves stop out.`);
    return Array.from({ length: stop - start }, (_, i) => start + i);
  });
}

export interface BandArgument {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** `delta:2-5,theta:6-10`: bands that hold `from` and not `to`, in hertz. */
export function parseBands(text: string): readonly BandArgument[] {
  const bands = text.split(",").map((part) => {
    const match = /^([A-Za-z]\w*)[:=]([\d.]+)-([\d.]+)$/.exec(part.trim());
    const [, name, low, high] = match ?? [];
    const [from, to] = [Number(low), Number(high)];
    if (name === undefined || !(from < to)) {
      throw new InvalidArgumentError(`"${part}" is no band. Write name:from-to in hertz, such as theta:6-10.`);
    }
    return { name, from, to };
  });
  const twice = bands.find(({ name }, i) => bands.findIndex((band) => band.name === name) !== i);
  if (twice !== undefined)
    throw new InvalidArgumentError(`Two bands are called ${twice.name}; give each its own name.`);
  return bands;
}

export function isMapping(text: string): text is Mapping {
  return (MAPPINGS as readonly string[]).includes(text);
}
