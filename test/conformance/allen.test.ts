import { testAdapter } from "@crossprobe/core/conformance";
import { createStores } from "@crossprobe/storage/node";
import { samplePlugins } from "../rosetta/sample-hub.js";
import { sampleFacts } from "./sample-facts.js";

testAdapter({
  plugin: samplePlugins.allen(),
  stores: () => createStores(),
  known: sampleFacts("allen"),
  // Spikes and LFP live in the NWB files; every table is a CSV file.
  signalKeys: /\.nwb$/,
});
