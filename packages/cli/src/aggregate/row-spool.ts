import { randomBytes } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";

/** Rows that wait on disk until all of them are there, because their columns are not known before. Text of a line a row. */
export class RowSpool<Row> {
  readonly #handle: FileHandle;
  readonly #path: string;
  #waiting: string[] = [];
  #length = 0;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** @param beside the file that the rows are for: the spool lies beside it, where there is room */
  static async open<Row>(beside: string): Promise<RowSpool<Row>> {
    const path = `${beside}.${randomBytes(4).toString("hex")}.rows.part`;
    return new RowSpool<Row>(await open(path, "wx+"), path);
  }

  async add(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const line = `${JSON.stringify(row)}\n`;
      this.#waiting.push(line);
      this.#length += line.length;
    }
    if (this.#length >= FLUSH_LENGTH) await this.#flush();
  }

  /** The rows in parts, in the order in which they were added; nothing can be added any more. */
  async *parts(size: number): AsyncGenerator<readonly Row[], void, void> {
    await this.#flush();
    let part: Row[] = [];
    for await (const line of this.#handle.readLines({ start: 0, autoClose: false })) {
      part.push(JSON.parse(line) as Row);
      if (part.length < size) continue;
      yield part;
      part = [];
    }
    if (part.length > 0) yield part;
  }

  /** Closes the spool and takes it away. */
  async remove(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    await this.#handle.appendFile(this.#waiting.join(""));
    this.#waiting = [];
    this.#length = 0;
  }
}

const FLUSH_LENGTH = 1 << 20;
