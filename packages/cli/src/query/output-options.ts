import { extname, resolve } from "node:path";
import type { Io } from "../io.js";
import type { RowFormat } from "./encode-rows.js";

export interface OutputOptions {
  readonly format?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Where an answer goes, and how. */
export interface QueryOutput {
  readonly format: "table" | RowFormat;
  /** Absolute; standard output if not given. */
  readonly path?: string;
  /** Whether standard output gets the document without the rows, which go to the file. */
  readonly isReported: boolean;
  /** Pictures of it that were drawn, absolute. */
  readonly plots?: readonly string[];
}

const FORMATS = ["table", "json", "csv", "parquet", "arrow"] as const;
const EXTENSIONS: Readonly<Record<string, RowFormat>> = {
  ".json": "json",
  ".csv": "csv",
  ".parquet": "parquet",
  ".pqt": "parquet",
  ".arrow": "arrow",
  ".feather": "arrow",
};

/**
 * What the output options mean together.
 *
 * @param refuse called with what is wrong with them
 */
export function outputOf(
  { format: name, out, json }: OutputOptions,
  io: Io,
  refuse: (text: string) => never,
): QueryOutput {
  const format = FORMATS.find((one) => one === name);
  if (name !== undefined && format === undefined) refuse(`--format ${name} is none of ${FORMATS.join(", ")}`);
  if (out !== undefined) return fileOutput(out, format, json === true, io, refuse);
  if (json === true && format !== undefined && format !== "json")
    refuse(`--json and --format ${format} are two forms: choose one`);
  const chosen = format ?? (json === true ? "json" : "table");
  if ((chosen === "parquet" || chosen === "arrow") && io.isOutTerminal) {
    refuse(`${chosen} is no text: name a file with --out, or pipe it`);
  }
  return { format: chosen, isReported: false };
}

function fileOutput(
  out: string,
  format: QueryOutput["format"] | undefined,
  isJson: boolean,
  io: Io,
  refuse: (text: string) => never,
): QueryOutput {
  const extension = extname(out).toLowerCase();
  const byName = EXTENSIONS[extension];
  if (byName === undefined) {
    refuse(
      `--out ${out}: ${extension || "no extension"} cannot be written; name it ${Object.keys(EXTENSIONS).join(", ")}`,
    );
  }
  if (format !== undefined && format !== byName) refuse(`--format ${format} does not fit --out ${out}`);
  return { format: byName, path: resolve(io.cwd, out), isReported: isJson };
}
