import { resolve } from "node:path";
import type { CommandDefinition } from "../command-definition.js";
import { embeddedSamples } from "../config.js";
import { compareSources, DEFAULT_COMPARE_OPTIONS } from "./compare.js";

const DEFAULT_FOLDER = "crossprobe-report";

export const demoCommand: CommandDefinition = {
  example: "demo --out my-report",
  isWithoutSources: true,
  define: (command, act) =>
    void command
      .option("--out <folder>", "where the report goes", DEFAULT_FOLDER)
      .action((options: { out: string; json?: boolean }) =>
        act((io) => {
          const out = resolve(io.cwd, options.out);
          return compareSources(io, embeddedSamples(), {
            ...DEFAULT_COMPARE_OPTIONS,
            json: options.json === true,
            out,
          });
        }),
      ),
};
