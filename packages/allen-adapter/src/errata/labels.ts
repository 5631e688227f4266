import type { Erratum } from "./erratum.js";

/** The texts of a missing label in NWB files. */
const NO_LABEL: ReadonlySet<string> = new Set(["", "None"]);

export const STRUCTURE_SUFFIX: Erratum<readonly string[], readonly (string | null)[]> = {
  id: "structure-suffix",
  title: "Labels hold subregions (LGd-sh) and the text None, where the warehouse has LGd and null",
  file: "session file",
  generation: "2019, 2020",
  place: "/general/extracellular_ephys/electrodes/location",
  citation: "AllenSDK EcephysNwbSessionApi.get_channels",
  detects: "a dash in a label, or the text None",
  action: "repair",
  whenOff: "the stored texts",
  isOnByDefault: true,
  appliedBy: ["session"],
  detect: (labels) => labels.some((label) => label.includes("-") || label === "None"),
  repair: (labels) => labels.map((label) => (NO_LABEL.has(label) ? null : (label.split("-", 1)[0] ?? null))),
};

export const STRUCTURE_ACRONYMS_LITERAL: Erratum<string, readonly (string | null)[]> = {
  id: "structure-acronyms-literal",
  title: "Old tables hold a Python list in which a missing acronym is the bare word nan",
  file: "sessions.csv",
  generation: "2019",
  place: "structure_acronyms",
  citation: "AllenSDK EcephysProjectCache._get_sessions",
  detects: "a cell in brackets with the bare word nan",
  action: "repair",
  whenOff: "the text of the cell",
  isOnByDefault: true,
  appliedBy: ["cache"],
  detect: (cell) => isList(cell) && membersOf(cell).includes("nan"),
  repair: (cell) => membersOf(cell).map((member) => (member === "nan" ? null : member.replace(/^(['"])(.*)\1$/, "$2"))),
};

function isList(cell: string): boolean {
  return cell.startsWith("[") && cell.endsWith("]");
}

/** Acronyms have no commas and no quotes in them. */
function membersOf(cell: string): readonly string[] {
  return cell
    .slice(1, -1)
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
}
