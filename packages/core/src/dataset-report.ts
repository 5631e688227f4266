import type { StoreResolver } from "./byte-store.js";
import type { CallOptions } from "./call-options.js";
import type { HttpClient } from "./http-client.js";
import type { Notice } from "./model/provenance.js";

/** An option of a report, as a command line takes it. */
export interface ReportOption {
  /** Without dashes, lower case, such as `subject`. */
  readonly name: string;
  /** What stands for its value, such as `name`; absent for a switch. */
  readonly value?: string | undefined;
  readonly description: string;
  /** The only values that it takes, the first being the one without it. */
  readonly choices?: readonly string[] | undefined;
}

/** What an option was given: every value of one that takes values, `true` of a switch. */
export type ReportValues = Readonly<Record<string, readonly string[] | true | undefined>>;

/** A column of a report. */
export interface ReportColumn {
  readonly name: string;
  readonly type: "text" | "number" | "truth";
  /** What its values mean, with their unit. */
  readonly description: string;
}

/** A row of a report: its values for files and documents, and how it is printed. */
export interface ReportRow {
  /** By name of the column; null where absent. */
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
  /** Rows of one heading stand together below it; `""` for none. */
  readonly heading: string;
  /** One text for each title. */
  readonly cells: readonly string[];
  /** Printed below the cells; `""` for none. */
  readonly note: string;
}

/** An opened report: its rows are made as they are asked for. */
export interface ReportTable {
  readonly columns: readonly ReportColumn[];
  /** Titles of the printed cells. */
  readonly titles: readonly string[];
  readonly rows: AsyncIterable<ReportRow>;
  /** What the rows come from, where it is not the sources. */
  readonly origin?: string | undefined;
  /** How often each value came, absent ones included, once the rows are through. */
  counts(): Readonly<Record<string, number>>;
  /** The counts and what the cells mean, as a sentence. */
  summary(): string;
}

/** What a report works with. */
export interface ReportRequest extends CallOptions {
  /** Absolute URLs of the dataset's sources. */
  readonly sources: readonly string[];
  readonly values: ReportValues;
  readonly stores: StoreResolver;
  readonly http: HttpClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of a thing that could not be read; the report goes on with the others. It throws what is no error of a source. */
  readonly fail: (what: string, error: unknown) => void;
  readonly note: (notice: Notice) => void;
}

/**
 * A table about a dataset that no other dataset has, described as data: an adapter brings it along, and an application that
 * knows no dataset can offer, print and store it.
 */
export interface DatasetReport {
  /** One word, lower case, such as `status`. */
  readonly name: string;
  readonly summary: string;
  /** Options of a call that works. */
  readonly example: string;
  readonly options: readonly ReportOption[];
  /**
   * Checks the options, without reading anything.
   *
   * @throws {@link QueryError} for options that contradict each other or cannot be understood: wrong usage
   */
  check(values: ReportValues): void;
  /** The report, nothing read yet. @throws {@link QueryError} as {@link check} */
  open(request: ReportRequest): ReportTable;
}
