import { describe, expect, it } from "vitest";
import { ask } from "./ask.js";
import { describeQuestion } from "./describe-question.js";

describe("describeQuestion", () => {
  it("says each part in plain English", () => {
    const { question } = ask("units")
      .inRegion({ allOf: [{ region: "HPF", mapping: "cosmos" }, { not: { region: "CA1" } }] })
      .inRegion("VISp", "beryl")
      .inHemisphere("left")
      .inBox({ ap: [5000, 6000], ml: [0, 5739] })
      .near({ ap: 5400, dv: 332, ml: 5739 }, 500)
      .passing()
      .passing("ibl-good@2023")
      .withMetric("allen.snr", { min: 1 })
      .with("firingRate", { min: 0.1, max: 20 })
      .with("lab", ["a", "b"])
      .where({ anyOf: [{ has: "pupil" }, { not: { column: "genotype", contains: "Sst" } }] })
      .mappedTo("beryl")
      .groupBy("dataset", "region")
      .summarise({ of: "firingRate", statistic: "median" }, { of: "allen.snr", statistic: { quantile: 0.9 } })
      .sortBy("count", "descending")
      .limit(10)
      .select("region", "count");
    expect(describeQuestion(question)).toEqual([
      "Units for which all of these hold:",
      "- the label lies in HPF@cosmos & !CA1",
      "- the label lies in VISp of the beryl mapping",
      "- the hemisphere is the left one",
      "- the position in the CCF lies within AP 5000 to 6000 um and ML 0 to 5739 um",
      "- the position in the CCF is at most 500 um from AP 5400, DV 332, ML 5739 um",
      "- it passes the default rule of its dataset",
      "- it passes the rule ibl-good@2023",
      "- the metric allen.snr is at least 1",
      "- firingRate is from 0.1 to 20",
      '- lab is "a" or "b"',
      "- at least one of these holds:",
      "  - the pupil can be read for its session or probe",
      "  - this does not hold:",
      '    - genotype contains "Sst", in any case',
      "Those whose label is coarser than the question, and units without registration are left out and counted.",
      "For each dataset and region: the count of units, the median of firingRate and the 0.9 quantile of allen.snr.",
      "Rows without a value are left out of its numbers and counted.",
      "Regions are those of the beryl mapping.",
      "Sorted by count, largest first.",
      "At most 10 groups; counts are of all.",
      "With the columns region and count.",
    ]);
  });

  it("says what a question without conditions asks", () => {
    expect(describeQuestion(ask("sessions").question)).toEqual(["All sessions."]);
    expect(describeQuestion(ask("probes").inRegion("CA1").policy("possible").limit(3).question)).toEqual([
      "Probes for which this holds:",
      "- the label of one of its channels lies in CA1",
      "Those whose label is coarser than the question are among them, marked as indeterminate; probes without registration are left out and counted.",
      "At most 3 rows; counts are of all.",
    ]);
    expect(describeQuestion(ask("units").summarise({ of: "firingRate", statistic: "mean" }).question)).toEqual([
      "All units.",
      "Of them: the mean of firingRate.",
      "Rows without a value are left out of its numbers and counted.",
    ]);
  });
});
