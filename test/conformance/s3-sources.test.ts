import { allen } from "@crossprobe/allen-adapter";
import { testAdapter } from "@crossprobe/core/conformance";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores } from "@crossprobe/storage/node";
import { afterAll } from "vitest";
import { startS3Server } from "../s3-server/s3-server.js";
import { samplesBucket } from "../s3-server/samples-bucket.js";
import { sampleFacts } from "./sample-facts.js";

/** Both datasets out of a bucket, through every layer that the stores have by themselves. */

const server = await startS3Server({ objects: samplesBucket() });
afterAll(() => server.close());
const stores = () => createStores({ s3: { endpoint: server.endpoint } });

testAdapter({
  plugin: ibl({ sources: ["s3://samples/ibl/"] }),
  stores,
  known: sampleFacts("ibl"),
  signalKeys: /spikes\.(times|amps|clusters|depths)\.|_ibl_wheel\./,
});
testAdapter({
  plugin: allen({ caches: ["s3://samples/allen/"] }),
  stores,
  known: sampleFacts("allen"),
  signalKeys: /\.nwb$/,
});
