// Median firing rate of every Cosmos region in both datasets, over all units; the units of no region are counted.
import { quartiles, unitRate } from "@crossprobe/analysis";
import { findRegion, mapRegion } from "@crossprobe/atlas";
import { openHub } from "./hub.mjs";

const hub = openHub();
const rates = {}; // "<region> <dataset>": rates in Hz
const unplaced = {}; // dataset: units without a label, or with one that Cosmos has no region for
for await (const { ref, probe, region } of hub.units().stream()) {
  const cosmos = region ? mapRegion(findRegion(region.acronym), "cosmos") : undefined;
  if (cosmos) {
    const spikes = await hub.spikes(probe, { units: [ref] });
    const row = `${cosmos.acronym} ${ref.dataset}`;
    rates[row] ??= [];
    rates[row].push(unitRate(spikes, 0, { start: 0, stop: 296 }).rate);
  } else unplaced[ref.dataset] = (unplaced[ref.dataset] ?? 0) + 1;
}
for (const row of Object.keys(rates).sort()) {
  const known = rates[row].filter((rate) => rate !== null);
  console.log(row, `${known.length} units, median ${quartiles(known).median} Hz`);
}
for (const [dataset, count] of Object.entries(unplaced)) console.log("no region", dataset, `${count} units`);
hub.dispose();
