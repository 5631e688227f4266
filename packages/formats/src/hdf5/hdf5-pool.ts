import { type CallOptions, FormatError, QueryError, SharedRead } from "@crossprobe/core";
import type { Hdf5AttributesOptions, Hdf5Data, Hdf5File, Hdf5Link, Hdf5Object, Hdf5ReadOptions } from "./hdf5-file.js";

/** Opens the file behind a pooled one, for the first time or again; `undefined` when it is gone. */
export type Hdf5Opener = (options: CallOptions) => Promise<Hdf5File | undefined>;

/**
 * Keeps few files open where many are asked for in turn: a file that nobody reads from is closed when more than `limit` are open, the one
 * used longest ago first, and opened again when it is needed. So the memory of a walk through a release does not grow with its sessions.
 *
 * @example
 * const pool = new Hdf5Pool(2);
 * const file = await pool.open((options) => openHdf5(store, "session_715093703.nwb", options));
 */
export class Hdf5Pool {
  readonly #limit: number;
  /** Open files, the one used longest ago first. */
  readonly #open = new Set<PooledFile>();

  /** @param limit files that may stay open while nobody reads from them */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many files are open now. */
  get openCount(): number {
    return this.#open.size;
  }

  /** A file of the pool; `undefined` when there is none. It is opened now, so that what is wrong with it is said now. */
  async open(opener: Hdf5Opener, options: CallOptions = {}): Promise<Hdf5File | undefined> {
    const first = await opener(options);
    if (first === undefined) return undefined;
    const file = new PooledFile(first, opener, {
      opened: (member) => this.#touch(member),
      idle: (member) => this.#settle(member),
      closed: (member) => this.#open.delete(member),
    });
    this.#touch(file);
    this.#trim();
    return file;
  }

  #touch(member: PooledFile): void {
    this.#open.delete(member);
    this.#open.add(member);
  }

  #settle(member: PooledFile): void {
    if (this.#open.has(member)) this.#touch(member);
    this.#trim();
  }

  #trim(): void {
    let excess = this.#open.size - this.#limit;
    for (const member of [...this.#open]) {
      if (excess <= 0) return;
      if (member.isBusy) continue;
      this.#open.delete(member);
      member.rest();
      excess--;
    }
  }
}

interface PoolEvents {
  opened(member: PooledFile): void;
  idle(member: PooledFile): void;
  closed(member: PooledFile): void;
}

/** A file that comes and goes beneath; to its readers it is one. */
class PooledFile implements Hdf5File {
  readonly url: string;
  readonly #reopen: SharedRead<Hdf5File>;
  readonly #events: PoolEvents;
  #file: Hdf5File | undefined;
  #users = 0;
  #isClosed = false;

  constructor(file: Hdf5File, opener: Hdf5Opener, events: PoolEvents) {
    this.url = file.url;
    this.#file = file;
    this.#events = events;
    this.#reopen = new SharedRead(
      async (options) => (await opener(options)) ?? Promise.reject(this.#gone()),
      (late) => closeQuietly(late),
    );
  }

  get isBusy(): boolean {
    return this.#users > 0;
  }

  list(path: string, options?: CallOptions): Promise<readonly Hdf5Link[]> {
    return this.#use((file) => file.list(path, options), options);
  }

  find(path: string, options?: CallOptions): Promise<Hdf5Object | undefined> {
    return this.#use((file) => file.find(path, options), options);
  }

  attributes(path: string, options?: Hdf5AttributesOptions): Promise<ReadonlyMap<string, Hdf5Data>> {
    return this.#use((file) => file.attributes(path, options), options);
  }

  read(path: string, options?: Hdf5ReadOptions): Promise<Hdf5Data> {
    return this.#use((file) => file.read(path, options), options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#events.closed(this);
    await this.#letGo()?.close();
  }

  /** Closes what is beneath until it is needed again. */
  rest(): void {
    const file = this.#letGo();
    if (file !== undefined) closeQuietly(file);
  }

  /** Forgets the open file. One that was opened again is closed by its shared read; the first one is given back to be closed. */
  #letGo(): Hdf5File | undefined {
    const [file, reopened] = [this.#file, this.#reopen.settled];
    this.#file = undefined;
    this.#reopen.dispose(this.#closedError());
    return file === reopened ? undefined : file;
  }

  async #use<Value>(work: (file: Hdf5File) => Promise<Value>, options?: CallOptions): Promise<Value> {
    if (this.#isClosed) throw this.#closedError();
    this.#users++;
    try {
      return await work(this.#file ?? (await this.#openAgain(options)));
    } finally {
      this.#users--;
      if (!this.isBusy && !this.#isClosed) this.#events.idle(this);
    }
  }

  async #openAgain(options?: CallOptions): Promise<Hdf5File> {
    const file = await this.#reopen.read(options);
    if (this.#isClosed) throw this.#closedError();
    this.#file = file;
    this.#events.opened(this);
    return file;
  }

  #gone(): FormatError {
    return new FormatError(`${this.url} was there and is gone`, {
      format: "hdf5",
      url: this.url,
      hint: "Put it back, or leave its session out.",
    });
  }

  #closedError(): QueryError {
    return new QueryError(`${this.url} has been closed`, { hint: "open it again" });
  }
}

/** A file that could not be closed has been given up already: there is nothing left to do about it. */
function closeQuietly(file: Hdf5File): void {
  file.close().catch(() => undefined);
}
