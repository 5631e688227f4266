import type { CommandDefinition } from "../command-definition.js";
import { defineLfpExport } from "./lfp-export.js";
import { defineLfpInfo } from "./lfp-info.js";
import { defineLfpPlot } from "./lfp-plot.js";
import { defineLfpRead } from "./lfp-read.js";

export const lfpCommand: CommandDefinition = {
  example: "lfp read allen:probe:910000201 --from 10 --to 12 --out lfp.npy",
  examples: {
    plot: "lfp plot allen:probe:910000201 --from 10 --to 12 --csd --out lfp.svg",
    export: "lfp export allen:probe:910000201 --by region --out means.parquet",
    info: "lfp info allen:probe:910000201\n  crossprobe lfp info lf_compressed.h5",
    read: "lfp read allen:probe:910000201 --from 10 --to 12 --out lfp.npy\n  crossprobe lfp read lf.h5 --samples 2500:3000 --channels 0-95 --bin 4",
  },
  define: (command, act) => {
    defineLfpRead(command, act);
    defineLfpInfo(command, act);
    defineLfpPlot(command, act);
    defineLfpExport(command, act);
  },
};
