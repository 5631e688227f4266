import type { CallOptions, NumericArray, Table } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";
import { numbersOf, plainAttributes, readDynamicTable, textsOf } from "@crossprobe/nwb";
import { evenTable } from "./columns.js";
import { absent, type Presence, present } from "./presence.js";

const PATH_2020 = "/processing/eye_tracking_rig_metadata/eye_tracking_rig_metadata";
const PATH_2019 = "/processing/eye_tracking";
const NO_RIG = "The session has no rig description: it comes with the eye tracking, which this session lacks.";

/** Columns and what they are called in files of 2020 and 2019. */
const COLUMNS = [
  ["monitor_position_mm", "monitor_position", "monitor_position_mm"],
  ["camera_position_mm", "camera_position", "camera_position_mm"],
  ["led_position_mm", "led_position", "led_position"],
  ["monitor_rotation_deg", "monitor_rotation", "monitor_rotation_deg"],
  ["camera_rotation_deg", "camera_rotation", "camera_rotation_deg"],
] as const;

/** Where monitor, camera and light stood, and which rig it was. */
export interface Rig {
  /** `axis` (`x`, `y`, `z`), positions (mm) and rotations (degrees). */
  readonly geometry: Table;
  /** Such as `NP.1`; null where the file does not say. */
  readonly equipment: string | null;
}

/** The rig of a session. Source: `EcephysEyeTrackingRigMetadata` (2020); tables inside the eye-tracking module (2019). */
export async function readRig(file: Hdf5File, options?: CallOptions): Promise<Presence<Rig>> {
  if ((await file.find(PATH_2020, options))?.kind === "group") return present(await readRig2020(file, options));
  const geometry = await readDynamicTable(file, `${PATH_2019}/rig_geometry_data`, { signal: options?.signal });
  if (!geometry) return absent(NO_RIG);
  const equipment = await readDynamicTable(file, `${PATH_2019}/equipment`, { signal: options?.signal });
  return present({
    geometry: toGeometry(
      COLUMNS.map(([name, , old]) => [name, numbersOf(geometry, old)] as const),
      file.url,
    ),
    equipment: (equipment && textsOf(equipment, "equipment")[0]) ?? null,
  });
}

async function readRig2020(file: Hdf5File, options?: CallOptions): Promise<Rig> {
  const columns: [string, NumericArray][] = [];
  for (const [name, stored] of COLUMNS) {
    const { values } = await file.read(`${PATH_2020}/${stored}`, options);
    if (ArrayBuffer.isView(values)) columns.push([name, values]);
  }
  const equipment = plainAttributes(await file.attributes(PATH_2020, options)).get("equipment");
  return { geometry: toGeometry(columns, file.url), equipment: typeof equipment === "string" ? equipment : null };
}

function toGeometry(columns: readonly (readonly [string, NumericArray])[], url: string): Table {
  const cells = [
    ["axis", ["x", "y", "z"]],
    ...columns.map(([name, values]) => [name, Float64Array.from(values)] as const),
  ] as const;
  return evenTable(cells, url);
}
