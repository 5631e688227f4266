// Every unit of every dataset as one Parquet table: pandas.read_parquet("units.parquet") reads it.
import { writeFile } from "node:fs/promises";
import { formatRef, table } from "@crossprobe/core";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { openHub } from "./hub.mjs";

const hub = openHub();
const units = await hub.units().toArray();
const columns = table([
  ["unit", units.map(({ ref }) => formatRef(ref))],
  ["dataset", units.map(({ ref }) => ref.dataset)],
  ["region", units.map(({ region }) => region?.acronym ?? null)],
  ["regionAbsent", units.map(({ regionAbsent }) => regionAbsent)],
  ["firingRate", units.map(({ firingRate }) => firingRate)],
  ["passes", units.map(({ quality }) => Object.values(quality)[0] ?? null)],
]);
const path = process.argv[2] ?? "units.parquet";
await writeFile(path, encodeParquet(columns));
console.log(`${columns.rowCount} units in ${path}`);
hub.dispose();
