// The LFP around visual onsets, averaged over events and over the channels of one area, on every probe that reaches it.
import { readEvokedPotential } from "@crossprobe/analysis";
import { formatRef } from "@crossprobe/core";
import { openHub } from "./hub.mjs";

const hub = openHub();
for await (const session of hub.sessions()) {
  const { rows: onsets } = await hub.events(session.ref, { types: ["stimulus.visual.onset"] });
  for (const probe of await hub.probes(session.ref)) {
    const lfp = await hub.lfp(probe.ref);
    const channels = lfp.channels.flatMap(({ region }, index) => (region?.acronym.startsWith("VIS") ? [index] : []));
    if (channels.length > 0) {
      const { used, invalid, notCovered, times, mean } = await readEvokedPotential(
        lfp,
        onsets.map(({ time }) => time),
        { channels },
      );
      const average = Array.from(times, (_, i) =>
        mean.data.subarray(i * channels.length, (i + 1) * channels.length),
      ).map((row) => row.reduce((sum, volts) => sum + volts, 0) / row.length);
      const trough = average.indexOf(Math.min(...average));
      console.log(
        formatRef(probe.ref),
        `${used.length} events used, ${invalid.length} invalid, ${notCovered.length} not covered, trough ${(1e6 * average[trough]).toFixed(1)} uV at ${times[trough]} s`,
      );
    }
    lfp.close();
  }
}
hub.dispose();
