// How the passing units of one area answer visual onsets: the mean PSTH of each dataset, by the same lines.
import { populationPsth, psthCounts, psthRates } from "@crossprobe/analysis";
import { openHub } from "./hub.mjs";

const hub = openHub();
for (const { id: dataset } of hub.datasets()) {
  const rates = []; // one PSTH a unit, spikes/s
  for await (const session of hub.sessions({ dataset })) {
    const { rows } = await hub.events(session.ref, { types: ["stimulus.visual.onset"] });
    const onsets = rows.map(({ time }) => time);
    for (const probe of await hub.probes(session.ref)) {
      for await (const unit of hub.units().ofProbe(probe.ref).inRegion("VISp").passing().stream()) {
        const { times } = await hub.spikes(probe.ref, { units: [unit.ref] });
        rates.push(psthRates(psthCounts(times, onsets), onsets.length));
      }
    }
  }
  const { mean, binStart } = populationPsth(rates); // -0.5 to 1 s in bins of 10 ms
  const peak = mean.indexOf(Math.max(...mean));
  console.log(dataset, `${rates.length} units, peak ${mean[peak].toFixed(1)} Hz in the bin at ${binStart[peak]} s`);
}
hub.dispose();
