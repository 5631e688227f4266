import { testAdapter } from "@crossprobe/core/conformance";
import { createStores } from "@crossprobe/storage/node";
import { samplePlugins } from "../rosetta/sample-hub.js";
import { sampleFacts } from "./sample-facts.js";

testAdapter({
  plugin: samplePlugins.ibl(),
  stores: () => createStores(),
  known: sampleFacts("ibl"),
  // Wheel and spike arrays, and the LFPack archive: its header is read for the sessions' probes, its factors are not.
  signalKeys: /spikes\.(times|amps|clusters|depths)\.|_ibl_wheel\./,
});
