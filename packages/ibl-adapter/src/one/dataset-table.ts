import { type CallOptions, type Notice, SchemaError } from "@crossprobe/core";
import type { PackValue } from "@crossprobe/formats/parquet";
import {
  FLAG,
  type IndexFile,
  type PackedTexts,
  readFlags,
  readIds,
  readNumbers,
  readPackedTexts,
  readTexts,
  urlOf,
} from "./index-columns.js";
import { compareIds, digestAt, packDigest, uuidAt, uuidBytes } from "./packed-ids.js";
import { QC_LEVELS, type QcName } from "./qc.js";

/** A file of a session, as the index lists it. */
export interface OneDataset {
  /** The file's id. */
  readonly id: string;
  /** The session's id. */
  readonly eid: string;
  /** `[collection/][#revision#/]file`, relative to the session folder, without a UUID. */
  readonly path: string;
  /** Bytes; null where the index does not say. */
  readonly size: number | null;
  /** md5, 32 hexadecimal digits; null where the index does not say. */
  readonly md5: string | null;
  /** Whether it is there, as far as the index knows. */
  readonly exists: boolean;
  /** Null where a row of the index states none; tables without verdicts give `NOT_SET`. */
  readonly qc: QcName | null;
  /** Whether this is the default one of its revisions; null where the index does not say. */
  readonly isDefault: boolean | null;
}

interface Columns {
  readonly ids: Uint8Array;
  /** Session of a row, as a number into `eids`. */
  readonly sessions: Uint32Array;
  readonly eids: readonly string[];
  readonly paths: readonly string[];
  readonly pathCodes: Uint32Array;
  readonly qcNames: readonly (QcName | null)[];
  readonly qcCodes: Uint8Array | undefined;
  readonly sizes: Float64Array | undefined;
  readonly digests: PackedTexts | undefined;
  readonly exists: Uint8Array | undefined;
  readonly defaults: Uint8Array | undefined;
  readonly notices: readonly Notice[];
}

/**
 * The rows of `datasets.pqt`, in the order of session and file ids, as ONE keeps them.
 *
 * A public index has more than a million rows: each column is an array of numbers, paths are kept once, and rows become
 * objects when asked for.
 */
export class DatasetTable {
  readonly rowCount: number;
  /** Whether the table says which revisions are default ones. */
  readonly statesDefaults: boolean;
  /** What the table holds that is not as it should be. */
  readonly notices: readonly Notice[];
  readonly #columns: Columns;
  /** Rows in order; undefined where the file has them in order. */
  readonly #order: Uint32Array | undefined;
  /** By session: its first place in the order; one more at the end. */
  readonly #starts: Uint32Array;
  readonly #sessionNumbers: ReadonlyMap<string, number>;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.rowCount = columns.pathCodes.length;
    this.statesDefaults = columns.defaults !== undefined;
    this.notices = columns.notices;
    this.#sessionNumbers = new Map(columns.eids.map((eid, i) => [eid, i]));
    this.#starts = startsOf(columns);
    this.#order = orderOf(columns, this.#starts);
  }

  /** Ids of the sessions that have files, ascending. */
  get sessionIds(): readonly string[] {
    return this.#columns.eids;
  }

  /** Files of a session in the order of their ids; none for a session that is not there. */
  ofSession(eid: string): OneDataset[] {
    const { start, end } = this.#span(eid);
    return Array.from({ length: end - start }, (_, i) => this.#dataset(this.#rowAt(start + i)));
  }

  /** What a path says, taken once of each different path: for the files of any session, one value for each, in their order. */
  byPath<Value>(of: (path: string) => Value): (eid: string) => Value[] {
    const { paths, pathCodes } = this.#columns;
    const values = paths.map(of);
    return (eid) => {
      const { start, end } = this.#span(eid);
      return Array.from(
        { length: end - start },
        (_, i) => values[pathCodes[this.#rowAt(start + i)] as number] as Value,
      );
    };
  }

  /**
   * The file of an id; undefined where no row has it. Looks at every id.
   *
   * @throws {@link SchemaError} when two rows have it
   */
  find(id: string): OneDataset | undefined {
    const wanted = uuidBytes(id);
    if (wanted === undefined) return undefined;
    const { ids } = this.#columns;
    let found: OneDataset | undefined;
    for (let at = 0; at < ids.length; at += 16) {
      let same = 0;
      while (same < 16 && ids[at + same] === wanted[same]) same++;
      if (same < 16) continue;
      const row = this.#dataset(at / 16);
      if (found !== undefined) throw twice(id, found, row);
      found = row;
    }
    return found;
  }

  /**
   * Those of some sessions that have, for each of the tests of a path, a file that exists, whose verdict is no worse than one
   * given. Each different path is tested once.
   */
  sessionsWithAll(eids: readonly string[], tests: readonly ((path: string) => boolean)[], qc: QcName): string[] {
    const { paths, pathCodes } = this.#columns;
    const matches = tests.map((test) => Uint8Array.from(paths, (path) => (test(path) ? 1 : 0)));
    const isUsable = this.#usable(qc);
    return eids.filter((eid) => {
      const { start, end } = this.#span(eid);
      if (start === end) return false;
      return matches.every((match) => {
        for (let at = start; at < end; at++) {
          const row = this.#rowAt(at);
          if (match[pathCodes[row] as number] === 1 && isUsable(row)) return true;
        }
        return false;
      });
    });
  }

  /** Different paths that pass a test of a path and of a row, in the order in which the rows have them first. */
  distinctPaths(
    test: (path: string) => boolean,
    passes: (qc: QcName | null, isDefault: boolean | null) => boolean,
  ): string[] {
    const { paths, pathCodes } = this.#columns;
    const state = Uint8Array.from(paths, (path) => (test(path) ? 1 : 0));
    const found: string[] = [];
    for (let at = 0; at < this.rowCount; at++) {
      const row = this.#rowAt(at);
      const code = pathCodes[row] as number;
      if (state[code] !== 1 || !passes(this.#qcOf(row), this.#isDefault(row))) continue;
      state[code] = 2;
      found.push(paths[code] as string);
    }
    return found;
  }

  #usable(qc: QcName): (row: number) => boolean {
    const { exists, qcNames, qcCodes } = this.#columns;
    const isFine = qcNames.map((name) => name !== null && QC_LEVELS[name] <= QC_LEVELS[qc]);
    return (row) => exists?.[row] !== FLAG.no && isFine[qcCodes?.[row] ?? 0] === true;
  }

  #span(eid: string): { start: number; end: number } {
    const session = this.#sessionNumbers.get(eid.toLowerCase());
    if (session === undefined) return { start: 0, end: 0 };
    return { start: this.#starts[session] as number, end: this.#starts[session + 1] as number };
  }

  #rowAt(place: number): number {
    return this.#order === undefined ? place : (this.#order[place] as number);
  }

  #qcOf(row: number): QcName | null {
    const { qcNames, qcCodes } = this.#columns;
    return qcNames[qcCodes?.[row] ?? 0] ?? null;
  }

  #isDefault(row: number): boolean | null {
    const flag = this.#columns.defaults?.[row] ?? FLAG.absent;
    return flag === FLAG.absent ? null : flag === FLAG.yes;
  }

  #dataset(row: number): OneDataset {
    const { ids, sessions, eids, paths, pathCodes, sizes, digests, exists } = this.#columns;
    const size = sizes?.[row] ?? Number.NaN;
    return {
      id: uuidAt(ids, row * 16),
      eid: eids[sessions[row] as number] as string,
      path: paths[pathCodes[row] as number] as string,
      size: Number.isNaN(size) ? null : size,
      md5: digests === undefined || digests.absent?.[row] === 1 ? null : digestAt(digests.bytes, row * 16),
      exists: exists?.[row] !== FLAG.no,
      qc: this.#qcOf(row),
      isDefault: this.#isDefault(row),
    };
  }
}

function startsOf({ sessions, eids }: Columns): Uint32Array {
  const starts = new Uint32Array(eids.length + 1);
  for (const session of sessions) starts[session + 1] = (starts[session + 1] as number) + 1;
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  return starts;
}

function orderOf({ ids, sessions }: Columns, starts: Uint32Array): Uint32Array | undefined {
  let isSorted = true;
  for (let row = 1; isSorted && row < sessions.length; row++) {
    const step = (sessions[row] as number) - (sessions[row - 1] as number);
    isSorted = step > 0 || (step === 0 && compareIds(ids, row - 1, row) <= 0);
  }
  if (isSorted) return undefined;
  const next = starts.slice();
  const order = new Uint32Array(sessions.length);
  for (let row = 0; row < sessions.length; row++) {
    const session = sessions[row] as number;
    const place = next[session] as number;
    order[place] = row;
    next[session] = place + 1;
  }
  for (let session = 0; session + 1 < starts.length; session++) {
    order.subarray(starts[session], starts[session + 1]).sort((a, b) => compareIds(ids, a, b));
  }
  return order;
}

/**
 * Reads `datasets.pqt`, one column after the other, so that no more than one is held as the file has it.
 *
 * @throws {@link SchemaError} when it lacks paths or ids, or holds a verdict that is none
 */
export async function readDatasetTable(file: IndexFile, options: CallOptions): Promise<DatasetTable> {
  const { sessions, eids } = await readSessionNumbers(file, options);
  const ids = await readIds(file, "id", options);
  const paths = await readTexts(file, "rel_path", options);
  if (paths === undefined) {
    const found = [...file.types.keys()].join(", ");
    const hint = "download the index tables again";
    throw new SchemaError(`${urlOf(file)} has no column rel_path; it has ${found}`, { url: urlOf(file), hint });
  }
  const lost = paths.codes.indexOf(0);
  if (lost !== -1)
    throw new SchemaError(`row ${lost} of ${urlOf(file)} has no path`, {
      url: urlOf(file),
      hint: "download the index tables again",
    });
  const qc = await readTexts(file, "qc", options);
  const qcNames = qc?.texts.map((text) => toStoredQc(text, file)) ?? ["NOT_SET"];
  let strange = 0;
  const pack: PackValue = (source, start, end, target, at) => {
    const isDigest = packDigest(source, start, end, target, at);
    if (!isDigest && end > start) strange++;
    return isDigest;
  };
  const digests = await readPackedTexts(file, "hash", pack, options);
  return new DatasetTable({
    ids,
    sessions,
    eids,
    paths: paths.texts.map((text) => text ?? ""),
    pathCodes: paths.codes,
    qcNames,
    qcCodes: qc && Uint8Array.from(qc.codes),
    sizes: await readNumbers(file, "file_size", options),
    digests,
    notices: strange === 0 ? [] : [strangeHashes(strange, file)],
    exists: await readFlags(file, "exists", options),
    defaults: await readFlags(file, "default_revision", options),
  });
}

/** @param count different values: a dictionary holds each once */
function strangeHashes(count: number, file: IndexFile): Notice {
  const message = "hashes that are no md5 (32 hexadecimal digits) count as absent";
  return { code: "hash-not-md5", message, count, where: `${urlOf(file)}#hash` };
}

function toStoredQc(text: string | null, file: IndexFile): QcName | null {
  if (text === null) return null;
  if (Object.hasOwn(QC_LEVELS, text)) return text as QcName;
  throw new SchemaError(`${urlOf(file)} has a qc of ${JSON.stringify(text)}`, {
    url: urlOf(file),
    hint: "download the index tables again",
  });
}

/** Sessions of the rows as numbers into the ascending ids. */
async function readSessionNumbers(file: IndexFile, options: CallOptions) {
  const { texts, codes } = (await readTexts(file, "eid", options)) ?? (await readPairedSessions(file, options));
  const names = texts.map((text) => text?.toLowerCase() ?? null);
  if (codes.includes(0)) {
    throw new SchemaError(`row ${codes.indexOf(0)} of ${urlOf(file)} has no eid`, {
      url: urlOf(file),
      hint: "download the index tables again",
    });
  }
  const eids = [...new Set(names.filter((name) => name !== null))].sort();
  const numbers = new Map(eids.map((eid, i) => [eid, i]));
  const byCode = Uint32Array.from(names, (name) => (name === null ? 0 : (numbers.get(name) ?? 0)));
  return { sessions: codes.map((code) => byCode[code] as number), eids };
}

/** Rows of one session mostly stand together: an id becomes a text only where it changes. */
async function readPairedSessions(file: IndexFile, options: CallOptions) {
  const ids = await readIds(file, "eid", options);
  const texts: (string | null)[] = [null];
  const known = new Map<string, number>();
  const codes = new Uint32Array(file.rowCount);
  for (let row = 0; row < file.rowCount; row++) {
    if (row > 0 && compareIds(ids, row - 1, row) === 0) {
      codes[row] = codes[row - 1] as number;
      continue;
    }
    const eid = uuidAt(ids, row * 16);
    const code = known.get(eid) ?? texts.push(eid) - 1;
    known.set(eid, code);
    codes[row] = code;
  }
  return { texts, codes };
}

function twice(id: string, first: OneDataset, second: OneDataset): SchemaError {
  return new SchemaError(`The index lists the file ${id} twice: ${first.path} and ${second.path}.`, {
    hint: "download the index tables again",
  });
}
