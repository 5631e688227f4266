// Builds the full-size catalogue and saves it; prints one JSON object. Usage: build.mjs <file> <scale>
import { buildCatalogue } from "@crossprobe/catalogue";
import { saveCatalogue } from "@crossprobe/catalogue/node";
import { FullSizeSource } from "./full-size.mjs";
import { peakBytes } from "./times.mjs";

const [file, scale] = process.argv.slice(2);
const drawn = new FullSizeSource({ scale: Number(scale) });
let makingMs = 0;
/** The source draws its tables without waiting for anything, so that its share of the time is what passes inside of it. */
const timed = (name) => async (probe) => {
  const start = performance.now();
  const rows = drawn.tableNow(name, probe);
  makingMs += performance.now() - start;
  return rows;
};
const source = {
  datasets: () => drawn.datasets(),
  describe: (id) => drawn.describe(id),
  fingerprints: () => undefined,
  sessions: (filter) => drawn.sessions(filter),
  probes: (session) => drawn.probes(session),
  channels: timed("channels"),
  unitTable: timed("units"),
};

const start = performance.now();
const catalogue = await buildCatalogue(source);
const buildMs = performance.now() - start - makingMs;
const peakAfterBuild = peakBytes();
const saving = performance.now();
await saveCatalogue(catalogue, file);
const saveMs = performance.now() - saving;
const rows = ["sessions", "probes", "channels", "units"].map((kind) => [kind, catalogue.rowCount(kind)]);
console.log(JSON.stringify({ makingMs, buildMs, saveMs, rows, peakAfterBuild, peak: peakBytes() }));
