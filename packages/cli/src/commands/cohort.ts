import type { CommandDefinition } from "../command-definition.js";
import { defineDiff } from "./cohort-diff.js";
import { defineSave } from "./cohort-save.js";
import { defineVerify } from "./cohort-verify.js";

export const cohortCommand: CommandDefinition = {
  example: "cohort save ca1.cohort.json units --region CA1 --quality default",
  examples: {
    verify: "cohort verify ca1.cohort.json --catalogue all.parquet",
    diff: "cohort diff before.cohort.json after.cohort.json",
  },
  isWithoutSources: ["diff"],
  define: (command, act) => {
    defineSave(command, act);
    defineVerify(command, act);
    defineDiff(command, act);
  },
};
