// The questions of the benchmark to a saved catalogue; prints one JSON object. Usage: ours.mjs <file> <rounds>
import { openCatalogue } from "@crossprobe/catalogue/node";
import { ask } from "@crossprobe/core";
import { peakBytes, times } from "./times.mjs";

const [file, rounds] = process.argv.slice(2);
const inCa1 = ask("units").inRegion("CA1").question;
const medians = ask("units")
  .groupBy("dataset", "region")
  .summarise(...["firingRate", "spikeCount", "distanceFromTipUm"].map((of) => ({ of, statistic: "median" }))).question;

let found;
const fromFile = async () => {
  const catalogue = await openCatalogue(file);
  found = await regionRows(catalogue);
};
const regionRows = async (catalogue) => {
  const batches = await (await catalogue.answer(inCa1)).batches();
  return batches.reduce((sum, { start, end }) => sum + end - start, 0);
};

const begin = performance.now();
await fromFile();
const first = performance.now() - begin;
const cold = await times(Number(rounds), fromFile);
const catalogue = await openCatalogue(file);
const warm = await times(Number(rounds), () => regionRows(catalogue));
let groups;
const groupBy = await times(Number(rounds), async () => {
  groups = await (await catalogue.answer(medians)).groups();
});
const check = groups.reduce(
  (sum, { key, summaries }) => sum + (key.region === null ? 0 : (summaries[0].value ?? 0)),
  0,
);
const peakMB = peakBytes() / 1e6;
console.log(JSON.stringify({ first, cold, warm, groupBy, rows: found, groups: groups.length, check, peakMB }));
