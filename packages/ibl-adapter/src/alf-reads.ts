import {
  type CallOptions,
  FormatError,
  NotFoundError,
  type Notice,
  type NumericArray,
  type Provenance,
  SchemaError,
  type Table,
} from "@crossprobe/core";
import { type CsvTable, readCsv } from "@crossprobe/formats/csv";
import { readNpy, readNpyHeader, readNpyRows } from "@crossprobe/formats/npy";
import { readParquet } from "@crossprobe/formats/parquet";
import { type AlfContent, readAlfContent } from "./alf-content.js";
import { type AlfFile, alfUrl, chooseFile, type FileChoice, isCuration } from "./alf-file.js";
import { attributeKey } from "./alf-name.js";

/** Numbers of one ALF array with the file that they came from. */
export interface AlfArray {
  readonly url: string;
  readonly data: NumericArray;
  /** `(n, 1)` is given as `[n]`, as ONE does. */
  readonly shape: readonly number[];
}

/** What to do about files that were left out, by the code of the notice. */
const STEPS: Readonly<Record<string, string>> = {
  "file-not-on-disk": "download the session's files into the ONE folder",
  "critical-files-left-out":
    "do without it: the release withdrew it; a folder without index tables reads it all the same",
  "later-revisions-left-out": "ask for a later revision, or for none",
};

/** Where an ALF array is and what shape it has, without its values. */
export interface AlfArrayHeader {
  readonly file: AlfFile;
  readonly url: string;
  readonly shape: readonly number[];
}

/**
 * Reads the attributes of one collection of a session, each in its default revision or the one asked for, and remembers what was read and what was
 * assumed on the way.
 *
 * Absent: `undefined` for an attribute that the session does not list, or lists and has not on disk; the latter is a notice.
 */
export class AlfReads {
  readonly #files: readonly AlfFile[];
  readonly #collection: string;
  readonly #options: CallOptions;
  readonly #choice: FileChoice;
  readonly #provenance = new Map<string, Provenance>();
  readonly #notices: Notice[] = [];
  /** Revisions read, by object. */
  readonly #revisions = new Map<string, Map<string, AlfFile>>();

  constructor(files: readonly AlfFile[], collection: string, options: CallOptions, choice: FileChoice = {}) {
    this.#files = files;
    this.#collection = collection;
    this.#options = options;
    this.#choice = choice;
  }

  get collection(): string {
    return this.#collection;
  }

  get provenance(): readonly Provenance[] {
    return [...this.#provenance.values()];
  }

  get notices(): readonly Notice[] {
    return [...this.#notices, ...this.#mixedRevisions()];
  }

  /** Adds a notice of the caller's own. */
  note(code: string, message: string, count: number, where: string): void {
    if (count > 0) this.#notices.push({ code, message, count, where });
  }

  /** Says what was done to the values of a file that has been read. */
  converted(url: string, conversion: string): void {
    this.#provenance.set(url, { url, conversion });
  }

  /** The file of an attribute, where the store has it. */
  find(object: string, attribute: string, extensions: readonly string[]): AlfFile | undefined {
    const allowed = this.#files.filter(({ name }) => extensions.includes(name.extension));
    const choice = chooseFile(allowed, this.#collection, { object, attribute }, this.#choice);
    if (choice === undefined) return undefined;
    for (const notice of choice.notices) {
      const isNew = !this.#notices.some(({ code, where }) => code === notice.code && where === notice.where);
      if (isNew) this.#notices.push(notice);
    }
    const { file } = choice;
    if (file?.isPresent) {
      const revisions = this.#revisions.get(object) ?? new Map<string, AlfFile>();
      this.#revisions.set(object, revisions.set(file.revision, file));
      return file;
    }
    if (file !== undefined)
      this.note("file-not-on-disk", `${file.canonical} is listed and not on disk`, 1, alfUrl(file));
    return undefined;
  }

  /** A numeric array. @throws {@link FormatError} when it does not decode or holds text */
  async npy(object: string, attribute: string): Promise<AlfArray | undefined> {
    const file = this.find(object, attribute, ["npy"]);
    if (file === undefined) return undefined;
    await this.#checkSize(file);
    return this.#toArray(file, await readNpy(file.store, file.key, this.#options));
  }

  /** Rows `[start, stop)` of a numeric array: reads their bytes alone. */
  async npyRows(header: AlfArrayHeader, rows: readonly [number, number]): Promise<AlfArray> {
    const { file } = header;
    return this.#toArray(file, await readNpyRows(file.store, file.key, rows, this.#options));
  }

  async npyHeader(object: string, attribute: string): Promise<AlfArrayHeader | undefined> {
    const file = this.find(object, attribute, ["npy"]);
    if (file === undefined) return undefined;
    const header = await readNpyHeader(file.store, file.key, this.#options);
    if (header === undefined) throw vanished(file);
    return { file, url: alfUrl(file), shape: flattened(header.shape) };
  }

  /** As {@link npy}. @throws {@link NotFoundError} where the session does not have it */
  async requireNpy(object: string, attribute: string): Promise<AlfArray> {
    const array = await this.npy(object, attribute);
    if (array === undefined) throw this.missing(object, attribute);
    return array;
  }

  /** What to say where an attribute is needed and not there. */
  missing(object: string, attribute: string): NotFoundError {
    const [file] = this.#files;
    const folder = file === undefined ? "the session" : alfUrl(file).replace(/[^/]*$/, "");
    const [why, hint] = this.#whyMissing(object, attribute);
    return new NotFoundError(
      `no ${object}.${attribute} in ${this.#collection || "the session folder"} of ${folder}: ${why}`,
      { hint },
    );
  }

  #whyMissing(object: string, attribute: string): readonly [why: string, hint: string] {
    const said = this.#notices.find(({ code, message }) => code in STEPS && message.includes(attribute));
    if (said !== undefined) return [said.message, STEPS[said.code] ?? ""];
    const listed = this.#files.filter(
      ({ collection, name }) =>
        collection === this.#collection && name.object === object && attributeKey(name) === attribute,
    );
    const names = listed.map(({ canonical }) => canonical).join(", ");
    if (listed.length === 0) return ["it lists none", "give a source that holds it"];
    if (listed.every(isCuration))
      return [`it lists ${names}, a curation alone`, "give `namespace`, the initials in its name"];
    return [`it lists ${names}, of another kind of file`, "give a source that holds the kind that is read"];
  }

  async parquet(object: string, attribute: string): Promise<{ table: Table; url: string } | undefined> {
    const file = this.find(object, attribute, ["pqt", "parquet"]);
    if (file === undefined) return undefined;
    await this.#checkSize(file);
    const table = await readParquet(file.store, file.key, {}, this.#options);
    if (table === undefined) throw vanished(file);
    this.#used(file);
    return { table, url: alfUrl(file) };
  }

  async csv(object: string, attribute: string): Promise<{ table: CsvTable; url: string } | undefined> {
    const file = this.find(object, attribute, ["csv"]);
    if (file === undefined) return undefined;
    await this.#checkSize(file);
    const table = await readCsv(file.store, file.key, {}, this.#options);
    if (table === undefined) throw vanished(file);
    this.#used(file);
    return { table, url: alfUrl(file) };
  }

  /** Whatever the file of an attribute holds, of any extension. */
  async content(object: string, attribute: string): Promise<{ content: AlfContent; url: string } | undefined> {
    const extensions = this.#files.map(({ name }) => name.extension);
    const file = this.find(object, attribute, extensions);
    if (file === undefined) return undefined;
    await this.#checkSize(file);
    const content = await readAlfContent(file.store, file.key, this.#options);
    this.#used(file);
    if (content.kind === "empty")
      this.note("file-empty", `${file.canonical} has no bytes: download it again`, 1, alfUrl(file));
    if (content.kind === "arrays") {
      const others = content.otherMembers;
      const message = `members of ${file.canonical} that are no .npy were not read: ${others.slice(0, 3).join(", ")}`;
      this.note("archive-members-not-read", message, others.length, alfUrl(file));
    }
    return { content, url: alfUrl(file) };
  }

  /** Files of one object in several revisions are normal after a new sort: said once an object, no error. */
  #mixedRevisions(): Notice[] {
    return [...this.#revisions].flatMap(([object, revisions]) => {
      const [file] = revisions.values();
      if (file === undefined || revisions.size < 2) return [];
      const names = [...revisions.keys()].map((name) => name || "unrevised").join(", ");
      const message = `${this.#collection}: files of ${object} come from several revisions (${names})`;
      return [{ code: "mixed-revisions", message, count: revisions.size, where: alfUrl(file) }];
    });
  }

  /** An index that lists another size than the file has: an unfinished download, or a file that was replaced. Zero is "not known". */
  async #checkSize(file: AlfFile): Promise<void> {
    if (file.size === null || file.size === 0) return;
    const size = await file.store.size(file.key, this.#options);
    if (size === undefined || size === file.size) return;
    const message = `${file.canonical} has ${size} bytes, the index lists ${file.size}: download it again`;
    this.note("size-differs-from-index", message, 1, alfUrl(file));
  }

  #used(file: AlfFile): void {
    const url = alfUrl(file);
    if (!this.#provenance.has(url)) this.#provenance.set(url, { url });
  }

  #toArray(
    file: AlfFile,
    array: { readonly shape: readonly number[]; readonly data: NumericArray | readonly string[] } | undefined,
  ): AlfArray {
    if (array === undefined) throw vanished(file);
    const url = alfUrl(file);
    if (Array.isArray(array.data)) {
      throw new SchemaError(`${file.canonical} holds text where numbers belong`, { url, hint: "check the file" });
    }
    this.#used(file);
    return { url, data: array.data as NumericArray, shape: flattened(array.shape) };
  }
}

function vanished(file: AlfFile): NotFoundError {
  return new NotFoundError(`${alfUrl(file)} is listed and not there`, {
    hint: "download the session's files into the ONE folder",
  });
}

/** Source: ONE's `load_file_content` gives an `(n, 1)` array as `(n,)`. */
function flattened(shape: readonly number[]): readonly number[] {
  return shape.length === 2 && shape[1] === 1 ? shape.slice(0, 1) : shape;
}

/** Rows of an array: the length of its first axis. */
export function rowsOf(array: { readonly shape: readonly number[] }): number {
  return array.shape[0] ?? 1;
}

/**
 * Asserts the shape of an array; null stands for any length.
 *
 * @throws {@link FormatError} naming the file, what it should agree with, and both shapes
 */
export function assertShape(
  array: { readonly url: string; readonly shape: readonly number[] },
  expected: readonly (number | null)[],
  reason: string,
): void {
  const fits =
    array.shape.length === expected.length &&
    expected.every((length, i) => length === null || length === array.shape[i]);
  if (fits) return;
  const wanted = expected.map((length) => length ?? "n").join(", ");
  throw new FormatError(`${array.url} has shape [${array.shape.join(", ")}], expected [${wanted}]: ${reason}`, {
    format: "alf",
    url: array.url,
    hint: "download the files of this object again, all of one revision",
  });
}
