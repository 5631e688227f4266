import { pathToFileURL } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { createHub, type Hub } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores } from "@crossprobe/storage/node";
import { samplesFolder } from "./truth.js";

const url = pathToFileURL(samplesFolder).href;

export const samplePlugins = {
  ibl: () => ibl({ sources: [`${url}ibl/`] }),
  allen: () => allen({ caches: [`${url}allen/`] }),
};

/** A hub over the sample cohort. Dispose of it. */
export function openSampleHub(): Hub {
  return createHub({ stores: createStores(), adapters: [samplePlugins.ibl(), samplePlugins.allen()] });
}
