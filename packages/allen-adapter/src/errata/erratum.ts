/** Names of the known defects, in the order of the registry. */
export const ERRATUM_IDS = [
  "dv-equals-ml",
  "minus-1000-grey",
  "minus-1-coordinates",
  "zero-coordinates",
  "structure-suffix",
  "structure-acronyms-literal",
  "raw-lfp-rate",
  "no-effective-rate",
  "zero-rate-probe",
  "running-2xn",
  "volts-label",
  "amplitude-description",
  "swapped-rf",
  "pref-image-condition",
  "numpy-text-cells",
  "null-strings",
  "ones-become-true",
  "movie-repeats-name",
  "index-overflow",
  "negative-times",
  "spike-times-unsorted",
  "duplicate-spikes",
  "opto-name",
  "lfp-flag",
  "movie-is-npy",
  "donor-or-specimen",
  "genotype-null",
  "eye-flag-negated",
] as const;

export type ErratumId = (typeof ERRATUM_IDS)[number];

/** A known defect of the release's files, and what is done about it. */
export interface Erratum<Piece, Repaired> {
  /** Stable kebab-case name: the code of the notice that reports an application, and its name in provenance. */
  readonly id: ErratumId;
  /** What is wrong, one sentence. */
  readonly title: string;
  readonly file: FileKind;
  /** Of which release of the files; `tables` are warehouse tables of any. */
  readonly generation: "2019" | "2020" | "2019, 2020" | "tables";
  /** Column or path inside the file. */
  readonly place: string;
  /** Who reported or documented it. */
  readonly citation: string;
  /** How it is told, in words. */
  readonly detects: string;
  /**
   * `repair`: the right value is known and given; `quarantine`: the wrong one is withheld, and nothing stands in its place;
   * `define`: the stored value is right once it is called by its right name or unit.
   */
  readonly action: "repair" | "quarantine" | "define";
  /** What a reader gets with the entry off. */
  readonly whenOff: string;
  readonly isOnByDefault: boolean;
  /** The readers that mend it, where it is on, and report it under the id; nowhere for an entry that is to be asked by its name alone. */
  readonly appliedBy: readonly ErrataReader[];
  /** Whether a piece has the defect. Pure. */
  detect(piece: Piece): boolean;
  /** The piece without the defect; to be asked only of a piece that has it. Pure. */
  repair(piece: Piece): Repaired;
}

/**
 * What mends defects by itself, as its option `errata` says: `hub` is `allen({ errata })`, `cache` is `openProjectCache`, `session` is
 * `openSessionFile`.
 */
export type ErrataReader = "hub" | "cache" | "session";

/** Which of the release's files. */
export type FileKind =
  | "session file"
  | "LFP file"
  | "sessions.csv"
  | "probes.csv"
  | "channels.csv"
  | "analysis metrics"
  | "templates"
  | "warehouse";

/** An entry without what it does: plain data. */
export type ErratumFacts = Omit<Erratum<never, unknown>, "detect" | "repair">;
