import { type CallOptions, FormatError } from "@crossprobe/core";
import { readCsv } from "@crossprobe/formats/csv";
import { parseJson } from "@crossprobe/formats/json";
import { readNpyHeader } from "@crossprobe/formats/npy";
import { readParquetSchema } from "@crossprobe/formats/parquet";
import type { Finding, Specimen } from "./inspect-file.js";

const DELIMITERS: Readonly<Record<string, string>> = { ".tsv": "\t", ".htsv": "\t", ".ssv": " " };

export async function inspectNpy({ store, key, url }: Specimen, options?: CallOptions): Promise<Finding> {
  const header = await readNpyHeader(store, key, options);
  if (header === undefined) throw vanished(url, "npy");
  return {
    ...{ kind: "a NumPy array", format: "npy", sections: [], problems: [], notices: [] },
    facts: [
      { name: "dtype", value: header.dtype },
      { name: "shape", value: `[${header.shape.join(", ")}]` },
      { name: "order", value: header.fortranOrder ? "Fortran (first axis fastest)" : "C (last axis fastest)" },
    ],
  };
}

export async function inspectParquet({ store, key, url }: Specimen, options?: CallOptions): Promise<Finding> {
  const schema = await readParquetSchema(store, key, options);
  if (schema === undefined) throw vanished(url, "parquet");
  return {
    ...{ kind: "a Parquet table", format: "parquet", problems: [], notices: [] },
    facts: [
      { name: "rows", value: String(schema.rowCount) },
      ...[...schema.metadata.keys()].map((name) => ({ name: "metadata", value: name })),
    ],
    sections: [
      { title: "columns", columns: ["name", "type"], rows: schema.columns.map(({ name, type }) => [name, type]) },
    ],
  };
}

export async function inspectCsv({ store, key, url }: Specimen, options?: CallOptions): Promise<Finding> {
  const delimiter = DELIMITERS[key.slice(key.lastIndexOf(".")).toLowerCase()] ?? ",";
  const table = await readCsv(store, key, { delimiter }, options);
  if (table === undefined) throw vanished(url, "csv");
  const rows = [...table.columns].map(([name, values]) => [name === "" ? "(unnamed)" : name, guessType(values)]);
  return {
    ...{ kind: "a table of delimited text", format: "csv", problems: [], notices: [] },
    facts: [{ name: "rows", value: String(table.rowCount) }],
    sections: [{ title: "columns", columns: ["name", "looks like"], rows }],
  };
}

export async function inspectJson({ store, key, url }: Specimen, options?: CallOptions): Promise<Finding> {
  const bytes = await store.read(key, options);
  if (bytes === undefined) throw vanished(url, "json");
  const value = parseJson(new TextDecoder().decode(bytes), url);
  const facts = Array.isArray(value)
    ? [{ name: "entries", value: String(value.length) }]
    : [
        {
          name: "keys",
          value: typeof value === "object" && value !== null ? Object.keys(value).join(", ") : typeof value,
        },
      ];
  return { kind: "a JSON document", format: "json", sections: [], problems: [], notices: [], facts };
}

/** A JSON document a line, such as the trials that a rig writes. */
export async function inspectJsonLines({ store, key, url }: Specimen, options?: CallOptions): Promise<Finding> {
  const bytes = await store.read(key, options);
  if (bytes === undefined) throw vanished(url, "json");
  const lines = new TextDecoder().decode(bytes).split("\n");
  const entries = lines.filter((line) => line.trim() !== "").map((line) => parseJson(line, url));
  const names = new Set(
    entries.flatMap((entry) => (typeof entry === "object" && entry !== null ? Object.keys(entry) : [])),
  );
  return {
    ...{ kind: "a JSON document a line", format: "json", sections: [], problems: [], notices: [] },
    facts: [
      { name: "entries", value: String(entries.length) },
      ...(names.size === 0 ? [] : [{ name: "keys", value: [...names].join(", ") }]),
    ],
  };
}

function guessType(values: readonly string[]): string {
  const filled = values.filter((value) => value !== "");
  const empty = values.length - filled.length;
  const all = (pattern: RegExp) => filled.length > 0 && filled.every((value) => pattern.test(value));
  let type = "text";
  if (filled.length === 0) type = "nothing";
  else if (all(/^[+-]?\d+$/)) type = "integers";
  else if (all(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i)) type = "numbers";
  else if (all(/^(true|false)$/i)) type = "true/false";
  return empty > 0 && filled.length > 0 ? `${type}, ${empty} empty` : type;
}

function vanished(url: string, format: string): FormatError {
  return new FormatError(`${url} vanished while it was read`, { format, url, hint: "try again" });
}
