// The hub that the examples share: both datasets, here the embedded samples. Put your own folders in their place.
import { allen } from "@crossprobe/allen-adapter";
import { createHub } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores } from "@crossprobe/storage/node";

const samples = new URL("../samples/", import.meta.url).href;

export const openHub = () =>
  createHub({
    stores: createStores(),
    adapters: [ibl({ sources: [`${samples}ibl/`] }), allen({ caches: [`${samples}allen/`] })],
  });
