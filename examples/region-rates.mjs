// Firing rates of the units inside a region, in every dataset: the same lines for all of them.
import { quartiles, unitRate } from "@crossprobe/analysis";
import { openHub } from "./hub.mjs";

const hub = openHub();
const rates = { ibl: [], allen: [] };
for await (const unit of hub.units().inRegion("HPF").passing().stream()) {
  const spikes = await hub.spikes(unit.probe, { units: [unit.ref] });
  rates[unit.ref.dataset].push(unitRate(spikes, 0, { start: 0, stop: 296 }).rate);
}
for (const [dataset, values] of Object.entries(rates)) console.log(dataset, values.length, quartiles(values));
hub.dispose();
