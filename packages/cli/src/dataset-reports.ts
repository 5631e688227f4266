import type { DatasetReport } from "@crossprobe/core";

/** What an adapter brings along that only its dataset has: a command of the dataset's name, and below it one a report. */
export interface DatasetReports {
  /** The dataset's id, which is the command's name and the key of its sources. */
  readonly dataset: "ibl" | "allen";
  readonly summary: string;
  readonly open: () => Promise<readonly DatasetReport[]>;
}

/** Every dataset with reports of its own. */
export const DATASET_REPORTS: readonly DatasetReports[] = [
  {
    dataset: "ibl",
    summary: "What only IBL data has: the state of extraction of sessions (ibl status).",
    open: async () => [(await import("@crossprobe/ibl-adapter/status")).statusReport],
  },
  {
    dataset: "allen",
    summary: "What only Allen data has: the known defects of its files (allen errata).",
    open: async () => [(await import("@crossprobe/allen-adapter/errata")).errataReport],
  },
];
