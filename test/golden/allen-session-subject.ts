import { readFileSync } from "node:fs";
import { type AllenSession, openSessionFile, readListedChannels } from "@crossprobe/allen-adapter/session";
import { isDataError } from "@crossprobe/core";
import { parseNpy } from "@crossprobe/formats/npy";
import { LocalStore } from "@crossprobe/storage/node";
import { type Cells, type Frame, mapCells, type Recorded, theirs, toNumber } from "./allen-session-frames.js";
import { SHARED } from "./shared.js";

export const GOLDEN = `${SHARED}/golden/allen`;

/** A session as a topic meets it. */
export interface Subject {
  readonly id: number;
  /** With the tables of the cache. */
  readonly session: AllenSession;
  readonly file: <Value>(name: string) => Value;
}

/** What AllenSDK gives and what we give in one form; where the two differ on purpose, what AllenSDK's would be without its quirk. */
export interface Comparison {
  readonly theirs: unknown;
  readonly ours: unknown;
  readonly repaired?: unknown;
}

/** One thing that the reference program computes. */
export interface Topic {
  readonly name: string;
  /** Why ours differs, where it does. */
  readonly reason?: string;
  readonly compare: (subject: Subject) => Promise<Comparison | undefined>;
}

export function listed() {
  return readListedChannels(new LocalStore(`${GOLDEN}/cache`));
}

export async function openSubject(id: number): Promise<Subject> {
  const store = new LocalStore(`${GOLDEN}/cache/session_${id}`);
  const session = await openSessionFile(store, `session_${id}.nwb`, { channels: await listed() });
  return {
    id,
    session,
    file: (name) => JSON.parse(readFileSync(`${GOLDEN}/expected/session_${id}/${name}`, "utf8")),
  };
}

type Calls = Readonly<Record<string, Recorded<unknown>>>;

export function recorded<Value>(subject: Subject, file: string, call: string): Recorded<Value> {
  const calls = subject.file<Calls>(`${file}.json`);
  const found = calls[call];
  if (found === undefined) throw new Error(`no ${call} in ${file}`);
  return found as Recorded<Value>;
}

export function npy(
  subject: Subject,
  name: string,
): { readonly shape: readonly number[]; readonly data: NodeJS.TypedArray } {
  const { shape, data } = parseNpy(readFileSync(`${GOLDEN}/expected/session_${subject.id}/${name}`), name);
  return { shape, data: data as NodeJS.TypedArray };
}

/** Coordinates that stand for "not registered" as absent, in all three columns. */
export function withoutSentinels(cells: Cells): Cells {
  const names = ["anterior_posterior", "dorsal_ventral", "left_right"].map((axis) => `${axis}_ccf_coordinate`);
  const isMarked = (row: number) =>
    names.some((name) => [-1, -1000, 0].includes(Number(cells.columns[name]?.[row] ?? 1)));
  const columns = Object.fromEntries(
    Object.entries(cells.columns).map(([name, column]) => [
      name,
      names.includes(name) ? column.map((cell, row) => (isMarked(row) ? null : cell)) : column,
    ]),
  );
  return { ...cells, columns };
}

export const noRate = (cell: unknown) => (cell === 0 ? null : cell);
export const HALFWIDTH = "waveform_halfwidth";
export const EVERY_SHOWN = { withDetails: true, withUnused: true } as const;

/** Names as the rename map means them: the reference spells the digit out first and misses its own entry. */
export const renamed = (cell: unknown) => (cell === "natural_movie_one_more_repeats" ? "natural_movie_one" : cell);

export function withoutQuirks(cells: Cells): Cells {
  return mapCells(mapCells(cells, renamed), toNumber);
}

export const QUIRKS =
  "numbers stay numbers where a column of 0 and 1 becomes booleans; `natural_movie_1_more_repeats` is `natural_movie_one`, as the rename map says";

export async function frame(
  subject: Subject,
  file: string,
  call: string,
  mine: Promise<Cells>,
  repair?: (cells: Cells) => Cells,
) {
  const other = theirs(recorded<Frame>(subject, file, call).value);
  return { theirs: other, ours: await mine, ...(repair && { repaired: repair(other) }) };
}

export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no error";
  } catch (error) {
    return isDataError(error) ? error.code : String(error);
  }
}
