import type { Erratum } from "./erratum.js";

/** What `probes.csv` says of a probe's LFP, and whether there is a file. */
export interface LfpFlag {
  readonly hasLfpData: boolean | null;
  readonly isPublished: boolean;
}

export const LFP_FLAG: Erratum<LfpFlag, { readonly lfp: null }> = {
  id: "lfp-flag",
  title: "has_lfp_data is true for probes whose file was never published",
  file: "probes.csv",
  generation: "tables",
  place: "has_lfp_data",
  citation: "the release's list of LFP files: 325 of 332 probes",
  detects: "the flag is true and there is no file",
  action: "quarantine",
  whenOff: "on or off, LFP that is not there is not found; hub.files says absent with the reason",
  isOnByDefault: true,
  appliedBy: [],
  detect: ({ hasLfpData, isPublished }) => hasLfpData === true && !isPublished,
  repair: () => ({ lfp: null }),
};

/** A file's name and its first bytes. */
export interface FileHead {
  readonly name: string;
  readonly head: Uint8Array;
}

/** Source: numpy.lib.format: a byte 0x93 and NUMPY. */
const NPY = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export const MOVIE_IS_NPY: Erratum<FileHead, "npy"> = {
  id: "movie-is-npy",
  title: "Movie templates are NumPy arrays in files named .h5",
  file: "templates",
  generation: "tables",
  place: "natural_movie_templates/natural_movie_<n>.h5, first bytes",
  citation: "AllenSDK issue 913",
  detects: "the first bytes are those of an npy file, and the name does not end in .npy",
  action: "define",
  whenOff: "on or off, readNaturalMovie reads NumPy's format",
  isOnByDefault: true,
  appliedBy: [],
  detect: ({ name, head }) => NPY.every((byte, i) => head[i] === byte) && !name.endsWith(".npy"),
  repair: () => "npy",
};

/** The table of light pulses in the session file. */
export interface PulseTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export const OPTO_NAME: Erratum<PulseTable, PulseTable> = {
  id: "opto-name",
  title: "The table of light pulses is called optogenetic_stimuluation, and its name column name",
  file: "session file",
  generation: "2019",
  place: "/processing/optotagging",
  citation: "AllenSDK 1.x add_optotagging_table_to_nwbfile",
  detects: "the misspelt table",
  action: "repair",
  whenOff: "the names of the file",
  isOnByDefault: true,
  appliedBy: ["session"],
  detect: ({ name }) => name === "optogenetic_stimuluation",
  repair: ({ columns }) => ({
    name: "optogenetic_stimulation",
    columns: columns.map((column) => (column === "name" ? "stimulus_name" : column)),
  }),
};
