import { type CallOptions, NotFoundError, type Table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { openTimeSeries } from "@crossprobe/nwb";
import { DEFAULT_ERRATA, type ErrataSettings } from "../errata/errata-choice.js";
import type { NoticeCounter } from "../notices.js";
import { readRunning } from "../running.js";
import { evenTable } from "./columns.js";

const ROTATION_PATH = "/processing/running/running_wheel_rotation";
/** Columns of the raw signals and where they are. */
const RAW = [
  ["net_rotation", "/acquisition/raw_running_wheel_rotation"],
  ["signal_voltage", "/acquisition/running_wheel_signal_voltage"],
  ["supply_voltage", "/acquisition/running_wheel_supply_voltage"],
] as const;

/**
 * Running: `start_time`, `end_time` (s), `velocity` (cm/s, forward is positive), `net_rotation` (radians; absent where the file has none).
 *
 * @throws {@link NotFoundError} when the file holds no running speed
 */
export async function readRunningTable(
  file: Hdf5File,
  notices: NoticeCounter,
  options?: CallOptions,
  errata: ErrataSettings = DEFAULT_ERRATA,
): Promise<Table> {
  const running = await readRunning(file, options, errata);
  for (const { code, where, message, count } of running.notices) notices.add(code, where ?? file.url, message, count);
  const rotation = await openTimeSeries(file, ROTATION_PATH, options);
  const rotations = rotation && (await rotation.read(undefined, options)).data;
  const columns: [string, Float64Array][] = [
    ["start_time", running.startTimes],
    ["end_time", running.stopTimes],
    ["velocity", running.speeds],
  ];
  if (rotations?.length === running.speeds.length) columns.push(["net_rotation", rotations]);
  else if (rotations) {
    const message = `Rotations are ${rotations.length} in number and speeds ${running.speeds.length}: they were left out.`;
    notices.add("running-rotation-left-out", `${file.url}#${ROTATION_PATH}`, message);
  }
  return evenTable(columns, file.url);
}

/**
 * The wheel as it was sampled: `frame_time` (s), `net_rotation` (radians), `signal_voltage`, `supply_voltage` (V).
 *
 * @throws {@link NotFoundError} when a signal is not in the file; {@link FormatError} when the signals differ in length
 */
export async function readRawRunning(file: Hdf5File, options?: CallOptions): Promise<Table> {
  const columns: [string, Float64Array][] = [];
  for (const [name, path] of RAW) {
    const series = await openTimeSeries(file, path, options);
    if (!series)
      throw new NotFoundError(`${file.url} holds no raw running signal ${path}.`, {
        hint: "Look at what the file holds with `crossprobe inspect`.",
      });
    if (columns.length === 0) columns.push(["frame_time", await series.clock.times(0, series.sampleCount, options)]);
    columns.push([name, (await series.read(undefined, options)).data]);
  }
  return evenTable(columns, file.url);
}
