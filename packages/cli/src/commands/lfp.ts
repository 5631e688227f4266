import type { CommandDefinition } from "../command-definition.js";
import { defineLfpInfo } from "./lfp-info.js";
import { defineLfpRead } from "./lfp-read.js";

export const lfpCommand: CommandDefinition = {
  example: "lfp read allen:probe:910000201 --from 10 --to 12 --out lfp.npy",
  examples: {
    info: "lfp info allen:probe:910000201\n  crossprobe lfp info lf_compressed.h5",
    read: "lfp read allen:probe:910000201 --from 10 --to 12 --out lfp.npy\n  crossprobe lfp read lf.h5 --samples 2500:3000 --channels 0-95 --bin 4",
  },
  define: (command, act) => {
    defineLfpRead(command, act);
    defineLfpInfo(command, act);
  },
};
