import { type ByteStore, type CallOptions, NotFoundError, SchemaError } from "@crossprobe/core";
import { readCsv, requireColumns } from "@crossprobe/formats/csv";
import { BWM_FREEZES, type BwmFreeze } from "./one/bwm-freezes.js";
import { type ReleaseRow, releaseRowSchema } from "./vocabulary.js";

/** A frozen list of probe insertions. */
export interface ReleaseTable {
  readonly url: string;
  readonly rows: readonly ReleaseRow[];
  /** Name of the freeze, where the file's name is one and its counts are that freeze's; else null. */
  readonly freeze: string | null;
}

const COLUMNS = ["pid", "eid", "probe_name", "session_number", "date", "subject", "lab"] as const;

/**
 * Reads a release table of the Brain-Wide Map: probes with their session, subject and lab, and nothing else.
 *
 * Source: `brainwidemap/bwm_loading.py`, `bwm_query(freeze=…)`; an unnamed index column comes first.
 *
 * @throws {@link NotFoundError} when there is no such file
 * @throws {@link SchemaError} when a column is missing, a value cannot be, or a probe is there twice
 */
export async function readReleaseTable(store: ByteStore, key: string, options: CallOptions): Promise<ReleaseTable> {
  const url = store.url + key;
  const table = await readCsv(store, key, {}, options);
  if (table === undefined) throw new NotFoundError(`no release table at ${url}`, { hint: "check the path" });
  requireColumns(table, COLUMNS, url);
  const rows: ReleaseRow[] = [];
  const seen = new Set<string>();
  for (let row = 0; row < table.rowCount; row++) {
    const values = Object.fromEntries(COLUMNS.map((name) => [name, table.columns.get(name)?.[row]]));
    const result = releaseRowSchema.safeParse(values);
    if (!result.success) {
      const [issue] = result.error.issues;
      const what = `${issue?.path.join(".")}: ${issue?.message}`;
      throw new SchemaError(`row ${row} of ${url} is not of the expected shape: ${what}`, {
        url,
        cause: result.error,
        hint: "fetch the release table again",
      });
    }
    const { pid } = result.data;
    if (seen.has(pid))
      throw new SchemaError(`${url} lists probe ${pid} twice`, { url, hint: "give an unchanged release table" });
    seen.add(pid);
    rows.push(result.data);
  }
  return { url, rows, freeze: freezeOf(key, rows) };
}

function freezeOf(key: string, rows: readonly ReleaseRow[]): string | null {
  const name = (key.split("/").at(-1) ?? "").replace(/\.csv$/i, "");
  const counts = (BWM_FREEZES as Readonly<Record<string, BwmFreeze>>)[name];
  if (counts === undefined) return null;
  const sessions = new Set(rows.map(({ eid }) => eid)).size;
  const subjects = new Set(rows.map(({ subject }) => subject)).size;
  const isThat = rows.length === counts.insertions && sessions === counts.sessions && subjects === counts.subjects;
  return isThat ? name : null;
}
