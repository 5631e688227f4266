import { pathToFileURL } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { dandiRemote } from "@crossprobe/allen-adapter/remote";
import type { HttpClient } from "@crossprobe/core";
import { testAdapter } from "@crossprobe/core/conformance";
import { createStores } from "@crossprobe/storage/node";
import { samplesFolder } from "../rosetta/truth.js";
import { sampleFacts } from "./sample-facts.js";

/** An archive with one file; it is asked for sessions that no cache lists, and has no more. */
const asset = {
  asset_id: "00000000-0000-4000-8000-000000000001",
  ...{ path: "sub-1/sub-1_ses-910000101.nwb", size: 7, metadata: { digest: { "dandi:sha2-256": "ab".repeat(32) } } },
};
const http: HttpClient = {
  request: async ({ url }) => {
    const results = url.includes("/000021/") ? [asset] : [];
    return { status: 200, headers: new Map(), text: JSON.stringify({ count: results.length, results }) };
  },
};

testAdapter({
  plugin: allen({
    caches: [`${pathToFileURL(samplesFolder).href}allen/`],
    remote: dandiRemote({ http, url: "https://archive.example.org/api/" }),
  }),
  stores: () => createStores(),
  known: sampleFacts("allen"),
  // Spikes and LFP live in the NWB files; every table is a CSV file.
  signalKeys: /\.nwb$/,
});
