import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { openProjectCache, type ProjectCacheOptions, type ProjectTable } from "@crossprobe/allen-adapter/cache";
import { MemoryStore } from "@crossprobe/storage";

/** A pandas table as the generator writes it down: missing values are null. */
export interface Frame {
  readonly columns: readonly string[];
  readonly dtypes: Readonly<Record<string, string>>;
  readonly rowCount: number;
  readonly index: { readonly name: string | null; readonly dtype: string; readonly values: readonly unknown[] };
  readonly data: Readonly<Record<string, readonly unknown[]>>;
}

/** What a call gave, or what it raised. */
export type Answer<Value> = { readonly value: Value } | { readonly raises: { readonly type: string } };

/** Settings under which tables are those of AllenSDK with the pandas that it pins. */
export const AS_ALLENSDK: ProjectCacheOptions = { sentinels: "kept", order: "grouped" };

/** Answers of the reference program on one subject, by call. */
export function readAnswers<Value>(golden: string, subject: string): Readonly<Record<string, Answer<Value>>> {
  return JSON.parse(readFileSync(`${golden}/expected/project/${subject}.json`, "utf8"), (key, value: unknown) =>
    // Where values are missing is in the values themselves; numbers and texts in one column are those missing values.
    ["nan", "none", "mixedTypes"].includes(key) && typeof value === "object" ? undefined : value,
  );
}

/** One of our tables in the form of the reference program's. */
export function frameOf({ index, table, dtypes }: ProjectTable): Frame {
  const names = [...table.columns.keys()].filter((name) => name !== index);
  const plain = (name: string) =>
    Array.from(table.columns.get(name) ?? [], (value) =>
      typeof value === "number" && Number.isNaN(value) ? null : value,
    );
  return {
    columns: names,
    dtypes: Object.fromEntries(names.map((name) => [name, dtypes.get(name) ?? ""])),
    rowCount: table.rowCount,
    index: { name: index, dtype: dtypes.get(index) ?? "", values: plain(index) },
    data: Object.fromEntries(names.map((name) => [name, plain(name)])),
  };
}

export function sha256Of(values: NodeJS.TypedArray): string {
  return createHash("sha256")
    .update(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

/** A cache whose only session type has the metrics of one of the files with, or without, exchanged columns. */
export async function swappedCache(golden: string, form: string) {
  const text = (value: string) => new TextEncoder().encode(value);
  const header = "id,date_of_acquisition,specimen_id,session_type,age_in_days,sex,genotype";
  const store = new MemoryStore("memory://swapped/", {
    "sessions.csv": text(`${header}\n1,2019-01-19T08:54:18Z,2,swapped,118.0,M,wt/wt\n`),
    "swapped_analysis_metrics.csv": new Uint8Array(readFileSync(`${golden}/errata/swapped-rf/${form}.csv`)),
  });
  return { index: await openProjectCache(store) };
}
