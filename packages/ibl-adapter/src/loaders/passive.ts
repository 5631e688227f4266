import {
  type CallOptions,
  FormatError,
  NotFoundError,
  type Notice,
  type Provenance,
  QueryError,
  type Table,
} from "@crossprobe/core";
import type { AlfFile, FileChoice } from "../alf-file.js";
import { AlfReads, assertShape, rowsOf } from "../alf-reads.js";
import { toNumberColumn } from "../table-columns.js";
import type { SessionFiles } from "./session-files.js";

/** A part of the passive protocol, in seconds of the session clock. */
export interface PassivePeriod {
  /** As the file calls it: `passiveProtocol`, `spontaneousActivity`, `RFM`, `taskReplay`. */
  readonly name: string;
  readonly start: number;
  readonly stop: number;
}

/** Receptive-field mapping: what was shown, frame by frame. */
export interface ReceptiveFieldMap {
  /** Seconds, session clock, of each frame. */
  readonly times: Float64Array;
  /** Grey values `[frames, 15, 15]`: frame, then the two axes of the screen as the reference gives them. */
  readonly frames: Uint8Array;
  readonly shape: readonly [frames: number, x: number, y: number];
}

/** The passive protocol of a session; each part null where the session has no file of it. */
export interface PassiveProtocol {
  readonly collection: string;
  readonly periods: readonly PassivePeriod[] | null;
  /** Replayed Gabors: `start`, `stop` (s), `position` (degrees, −35 left, 35 right), `contrast` (fraction), `phase` (rad). */
  readonly gabors: Table | null;
  /** Replayed events, seconds: `valveOn`, `valveOff`, `toneOn`, `toneOff`, `noiseOn`, `noiseOff`. */
  readonly stimuli: Table | null;
  readonly receptiveFields: ReceptiveFieldMap | null;
  readonly provenance: readonly Provenance[];
  readonly notices: readonly Notice[];
}

/** Which passive protocol. */
export interface PassiveOptions extends FileChoice {
  /** Folder of the tables; the only one that has any unless given. A session of several runs has `alf/task_00`, `alf/task_02`, …. */
  readonly collection?: string | undefined;
}

const OBJECTS = new Set(["passivePeriods", "passiveGabor", "passiveStims", "passiveRFM"]);
/** Squares of the screen on each axis. Source: `brainbox.io.one.load_passive_rfmap`. */
const SIDE = 15;

/**
 * What was shown to the animal after the task: periods, replayed Gabors and events, receptive-field frames.
 *
 * Releases before the end of 2025 have the Gabors one trial late: use the newest revision.
 *
 * Source: ALF `_ibl_passivePeriods.intervalsTable.csv`, `_ibl_passiveGabor.table.csv`, `_ibl_passiveStims.table.csv`,
 * `_ibl_passiveRFM.times.npy`, and `raw_passive_data/_iblrig_RFMapStim.raw.bin`.
 *
 * @throws {@link NotFoundError} where the session lists no file of a passive protocol
 * @throws {@link QueryError} where several folders hold one and none is chosen
 * @throws {@link FormatError} when the frames are not as many as their times
 */
export async function loadPassive(
  session: SessionFiles,
  asked: PassiveOptions = {},
  options: CallOptions = {},
): Promise<PassiveProtocol> {
  const holding = session.files.filter(({ name }) => OBJECTS.has(name.object)).map(({ collection: folder }) => folder);
  const folders = [...new Set(holding)].sort();
  if (asked.collection === undefined && folders.length > 1) {
    throw new QueryError(`the session has ${folders.length} passive protocols: ${folders.join(", ")}`, {
      hint: "say which with `collection`",
    });
  }
  const collection = asked.collection ?? folders[0];
  if (collection === undefined || !holding.includes(collection)) {
    throw new NotFoundError(
      `no passive protocol${collection ? ` in ${collection}` : ""}: the session lists no _ibl_passive file`,
      {
        hint: "the session had none, or it was not extracted",
      },
    );
  }
  const reads = new AlfReads(session.files, collection, options, asked);
  const table = async (object: string, attribute: string): Promise<Table | null> => {
    const found = await reads.content(object, attribute);
    return found?.content.kind === "table" ? found.content.table : null;
  };
  const intervals = await table("passivePeriods", "intervalsTable");
  return {
    collection,
    periods: intervals === null ? null : toPeriods(intervals, collection),
    gabors: await table("passiveGabor", "table"),
    stimuli: await table("passiveStims", "table"),
    receptiveFields: await readFrames(session.files, reads, options),
    provenance: reads.provenance,
    notices: reads.notices,
  };
}

/** Periods of a table with rows `start` and `stop`, which its unnamed first column names. */
function toPeriods({ columns }: Table, collection: string): PassivePeriod[] {
  const index = Array.from(columns.get("") ?? ["start", "stop"], String);
  const [start, stop] = [index.indexOf("start"), index.indexOf("stop")];
  if (start === -1 || stop === -1) {
    throw new FormatError(
      `passivePeriods.intervalsTable of ${collection} has rows ${index.join(", ")}, not start and stop`,
      {
        format: "alf",
        hint: "download it again",
      },
    );
  }
  return [...columns]
    .filter(([name]) => name !== "")
    .map(([name, column]) => {
      const values = toNumberColumn(column);
      if (values === undefined) {
        throw new FormatError(`${name} of passivePeriods.intervalsTable of ${collection} holds what is no number`, {
          ...{ format: "alf", at: name },
          hint: "download it again",
        });
      }
      return { name, start: values[start] ?? Number.NaN, stop: values[stop] ?? Number.NaN };
    });
}

/**
 * The frames that belong to a run: of several, those of `raw_task_data_NN` to `alf/task_NN`.
 *
 * Source: collections of iblrig, one number a task.
 */
function framesOfRun(files: readonly AlfFile[], collection: string): readonly AlfFile[] {
  const all = files.filter(
    ({ name, isPresent }) => isPresent && name.object === "RFMapStim" && name.attribute === "raw",
  );
  const run = /(?:^|\/)task_(\d+)$/.exec(collection)?.[1];
  const own = all.filter((file) => file.collection === `raw_task_data_${run}`);
  return own.length > 0 ? own : all;
}

/** Source: `load_passive_rfmap`: the file in Fortran order as `[15, 15, frames]`, its axes then reversed. */
async function readFrames(
  files: readonly AlfFile[],
  reads: AlfReads,
  options: CallOptions,
): Promise<ReceptiveFieldMap | null> {
  const times = await reads.npy("passiveRFM", "times");
  if (times === undefined) return null;
  const [raw, ...others] = framesOfRun(files, reads.collection);
  if (raw === undefined || others.length > 0) {
    const why =
      raw === undefined ? "the frames of the receptive-field mapping are not there" : "several runs have frames";
    reads.note("no-receptive-field-frames", `${why}: only their times are known`, rowsOf(times), times.url);
    return null;
  }
  const frames = await raw.store.read(raw.key, options);
  if (frames === undefined) return null;
  // Reversing the axes of an array in Fortran order gives the bytes as they lie, in C order.
  const count = frames.length / SIDE ** 2;
  assertShape(
    { url: raw.store.url + raw.key, shape: [count] },
    [rowsOf(times)],
    `${times.url} has ${rowsOf(times)} rows`,
  );
  return { times: Float64Array.from(times.data), frames, shape: [count, SIDE, SIDE] };
}

/** When a square of the screen left grey. */
export interface PixelOnsets {
  readonly x: number;
  readonly y: number;
  /** Frames in which it became brighter than grey. */
  readonly on: readonly number[];
  /** Frames in which it became darker. */
  readonly off: readonly number[];
}

/**
 * Onsets of every square of the screen: frames in which it is not grey and was grey before. Grey is the median of all values.
 *
 * Source: `brainbox.task.passive.get_on_off_times_and_positions`. There the frame before the first is the last.
 */
export function pixelOnsets({ frames, shape }: Pick<ReceptiveFieldMap, "frames" | "shape">): readonly PixelOnsets[] {
  const [count, width, height] = shape;
  const grey = median(frames);
  const found: PixelOnsets[] = [];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const at = (frame: number): number => frames[(frame * width + x) * height + y] ?? grey;
      const onsets = Array.from({ length: count }, (_, frame) => frame).filter(
        (frame) => at(frame) !== grey && frame > 0 && at(frame - 1) === grey,
      );
      found.push({
        x,
        y,
        on: onsets.filter((frame) => at(frame) > grey),
        off: onsets.filter((frame) => at(frame) < grey),
      });
    }
  }
  return found;
}

/** Median of bytes. Source: `numpy.median`: the mean of the two in the middle where they are even in number. */
function median(bytes: Uint8Array): number {
  const sorted = Uint8Array.from(bytes).sort();
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
