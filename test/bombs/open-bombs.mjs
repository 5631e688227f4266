// Opens bombs, one after the other, in a process of little memory; prints what came of each as a line of JSON.
//
//   node --max-old-space-size=256 open-bombs.mjs FOLDER
//
// FOLDER holds the files and `bombs.json`, which lists their names and kinds. `url` kinds are asked for over HTTP.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCsv, parseCsvColumns } from "@crossprobe/formats/csv";
import { inflate } from "@crossprobe/formats/inflate";
import { readJson } from "@crossprobe/formats/json";
import { readNpy, readNpyHeader } from "@crossprobe/formats/npy";
import { readParquet, readParquetTexts } from "@crossprobe/formats/parquet";
import { readTiff } from "@crossprobe/formats/tiff";
import { openZip } from "@crossprobe/formats/zip";
import { createStores, JsonHttp, toFileUrl } from "@crossprobe/storage/node";

const anything = { safeParse: (data) => ({ success: true, data }) };

async function readMember(store, key) {
  const zip = await openZip(store, key);
  return zip.read("x");
}

async function readNested(store, key) {
  let [at, name] = [store, key];
  for (let depth = 0; depth < 5; depth++) [at, name] = [await openZip(at, name), "x"];
  return at.read("x");
}

const text = async (store, key) => new TextDecoder().decode(await store.read(key));

const READERS = {
  npy: readNpy,
  "npy-header": readNpyHeader,
  zip: readMember,
  "zip-nested": readNested,
  inflate: async (store, key) => inflate(await store.read(key), 65536),
  csv: async (store, key) => parseCsv(await text(store, key), store.url + key),
  "csv-columns": async (store, key) => parseCsvColumns(await text(store, key), store.url + key),
  json: (store, key) => readJson(store, key, anything),
  tiff: readTiff,
  parquet: readParquet,
  "parquet-texts": (store, key) => readParquetTexts(store, key, "x"),
  url: (_store, key) => new JsonHttp().request({ method: "GET", url: key }),
};

const folder = process.argv[2] ?? ".";
const store = createStores().open(toFileUrl(folder));
const rss = () => process.resourceUsage().maxRSS / 1024;
for (const { key, kind } of JSON.parse(readFileSync(join(folder, "bombs.json"), "utf8"))) {
  const before = rss();
  const started = performance.now();
  const outcome = await Promise.resolve()
    .then(() => READERS[kind](store, key))
    .then(
      () => ({ name: "nothing", message: "it was opened" }),
      ({ name, message, hint, url }) => ({ name, message, hint, url }),
    );
  const took = { mebibytes: Math.round(rss() - before), seconds: (performance.now() - started) / 1000 };
  console.log(JSON.stringify({ key, ...outcome, ...took }));
}
console.log(JSON.stringify({ key: "all", mebibytes: Math.round(rss()) }));
