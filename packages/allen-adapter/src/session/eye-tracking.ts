import type { CallOptions, Table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { numbersOf, openTimeSeries, readDynamicTable } from "@crossprobe/nwb";
import { evenTable } from "./columns.js";
import { absent, type Presence, present } from "./presence.js";

const NO_EYE_TRACKING =
  "The session has no eye tracking: the camera's video did not pass the release's review, or was not recorded.";

/** Ellipses by the name that the release gives them, and by the table they are in. */
const ELLIPSES = [
  ["corneal_reflection", "cr_ellipse_fits"],
  ["pupil", "pupil_ellipse_fits"],
  ["eye", "eye_ellipse_fits"],
] as const;
/** Columns of an ellipse, and what a stored value is multiplied by: half axes are stored. Source: AllenSDK `get_pupil_data`. */
const ELLIPSE_COLUMNS = [
  ["center_x", 1],
  ["center_y", 1],
  ["height", 2],
  ["width", 2],
  ["phi", 1],
] as const;

/**
 * Ellipses fitted to the corneal reflection, the pupil and the eye in each frame of the camera: `time` (s), then for each
 * `center_x`, `center_y`, `height`, `width` (pixels, **whole** axes) and `phi` (radians); NaN in frames without a fit.
 *
 * @throws {@link FormatError} when a column is damaged
 */
export async function readPupil(file: Hdf5File, options?: CallOptions): Promise<Presence<Table>> {
  const columns = new Map<string, Float64Array>();
  for (const [prefix, name] of ELLIPSES) {
    const path = `/processing/eye_tracking/${name}`;
    const fits = await readDynamicTable(file, path, { signal: options?.signal });
    if (!fits) return absent(NO_EYE_TRACKING);
    if (columns.size === 0) columns.set("time", Float64Array.from(numbersOf(fits, "timestamps")));
    for (const [column, factor] of ELLIPSE_COLUMNS) {
      columns.set(
        `${prefix}_${column}`,
        Float64Array.from(numbersOf(fits, column), (value) => value * factor),
      );
    }
  }
  return present(evenTable(columns, file.url));
}

/** Series of a gaze module by column; column 0 of coordinates is y, column 1 is x. Source: AllenSDK's packaging and `get_screen_gaze_data`. */
const GAZE = [
  ["eye_area", "eye_area", 0],
  ["pupil_area", "pupil_area", 0],
  ["screen_coordinates_x_cm", "screen_coordinates", 1],
  ["screen_coordinates_y_cm", "screen_coordinates", 0],
  ["screen_coordinates_spherical_x_deg", "screen_coordinates_spherical", 1],
  ["screen_coordinates_spherical_y_deg", "screen_coordinates_spherical", 0],
] as const;

export interface GazeOptions extends CallOptions {
  /** Also the gaze smoothed over time, in columns `filtered_…`. */
  readonly withFiltered?: boolean | undefined;
}

/**
 * Where on the screen the eye looks: `time` (s), `raw_eye_area`, `raw_pupil_area` (square pixels), `raw_screen_coordinates_{x,y}_cm`,
 * `raw_screen_coordinates_spherical_{x,y}_deg`; NaN in frames without a fit.
 */
export async function readGaze(file: Hdf5File, options: GazeOptions = {}): Promise<Presence<Table>> {
  const call: CallOptions = { signal: options.signal };
  const columns = new Map<string, Float64Array>();
  for (const kind of options.withFiltered ? ["raw", "filtered"] : ["raw"]) {
    for (const [column, name, axis] of GAZE) {
      const series = await openTimeSeries(file, `/processing/${kind}_gaze_mapping/${name}`, call);
      if (!series) return absent(NO_EYE_TRACKING);
      if (columns.size === 0) columns.set("time", await series.clock.times(0, series.sampleCount, call));
      const { data, shape } = await series.read(undefined, call);
      const width = shape[1] ?? 1;
      const values = Float64Array.from({ length: series.sampleCount }, (_, i) => data[i * width + axis] ?? Number.NaN);
      columns.set(`${kind}_${column}`, values);
    }
  }
  return present(evenTable(columns, file.url));
}
