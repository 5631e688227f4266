import type { ByteRange, ByteStore, ReadOptions } from "@crossprobe/core";
import { over } from "./over.js";
import { type Asked, groupsOf, type PartOfRead, partFor } from "./read-group.js";

export interface CoalescedOptions {
  /**
   * Ranges of one key with at most so many bytes between them are one read (default 32 KiB), shortest gaps first, as long as what is read
   * along is at most a quarter of what was asked for, or eight times this.
   */
  readonly gapBytes?: number | undefined;
  /** A read that several ranges share grows no longer than this (default 8 MiB); equal ranges share one of any length. */
  readonly longestBytes?: number | undefined;
}

const GAP_BYTES = 32 * 1024;
const LONGEST_BYTES = 8 * 1024 * 1024;

interface Waiting extends Asked {
  readonly signal: AbortSignal | undefined;
  resolve(bytes: Promise<Uint8Array | undefined>): void;
}

/**
 * Joins reads: equal and neighbouring ranges of a key that are asked for in one turn share one read, and one that is under way is shared
 * with whoever asks for a part of it. Suffixes and whole values are shared where they are equal.
 *
 * A caller who aborts gets its own reason at once; a shared read goes on until the last of its callers has gone. A read with one signal
 * gets that very signal; who joins it later reads anew if it is aborted.
 *
 * @example
 * const store = coalesced(new HttpStore("https://example.org/cache/"), { gapBytes: 64 * 1024 });
 */
export function coalesced(store: ByteStore, options: CoalescedOptions = {}): ByteStore {
  const reads = new Coalescer(store, options);
  return over(store, { read: (key, options) => reads.read(key, options) });
}

class Coalescer {
  readonly #store: ByteStore;
  readonly #gapBytes: number;
  readonly #longestBytes: number;
  readonly #asked = new Map<string, Waiting[]>();
  readonly #running = new Map<string, Set<SharedGroup>>();

  constructor(store: ByteStore, options: CoalescedOptions) {
    this.#store = store;
    this.#gapBytes = options.gapBytes ?? GAP_BYTES;
    this.#longestBytes = options.longestBytes ?? LONGEST_BYTES;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    const { range, signal } = options;
    signal?.throwIfAborted();
    if (!isSharable(options)) return this.#store.read(key, options);
    for (const group of this.#running.get(key) ?? []) {
      const part = group.isOpen ? partFor(group.range, range) : undefined;
      if (part !== undefined) return this.#join(group, part, key, options);
    }
    return new Promise<Uint8Array | undefined>((resolve) => {
      const waiting = this.#asked.get(key) ?? [];
      waiting.push({ range, signal, resolve });
      if (waiting.length > 1) return;
      this.#asked.set(key, waiting);
      queueMicrotask(() => this.#start(key));
    });
  }

  #start(key: string): void {
    const all = this.#asked.get(key) ?? [];
    this.#asked.delete(key);
    // Who has gone before anything began has no say in it.
    const asked = all.filter(({ signal }) => !signal?.aborted);
    for (const { signal, resolve } of all) if (signal?.aborted) resolve(Promise.reject(signal.reason));
    for (const { range, members } of groupsOf(asked, this.#gapBytes, this.#longestBytes)) {
      const signals = members.map(({ asked }) => asked.signal);
      const group = new SharedGroup(this.#store, key, range, signals);
      this.#keep(key, group);
      for (const { asked, part } of members) asked.resolve(group.join(part, asked.signal));
    }
  }

  async #join(group: SharedGroup, part: PartOfRead, key: string, options: ReadOptions) {
    try {
      return await group.join(part, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!group.hasOwnerGone) throw error;
      return this.read(key, options);
    }
  }

  #keep(key: string, group: SharedGroup): void {
    const groups = this.#running.get(key) ?? new Set();
    this.#running.set(key, groups.add(group));
    const forget = () => {
      groups.delete(group);
      if (groups.size === 0 && this.#running.get(key) === groups) this.#running.delete(key);
    };
    group.result.then(forget, forget);
  }
}

/** What has no bytes to share, or is for the store to refuse, goes straight down. */
function isSharable({ range }: ReadOptions): boolean {
  if (range === undefined) return true;
  const numbers = "suffix" in range ? [range.suffix] : [range.offset, range.length];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return false;
  return ("suffix" in range ? range.suffix : range.length) > 0;
}

/** One read beneath, and those who wait for parts of it. */
class SharedGroup {
  readonly range: ByteRange | undefined;
  readonly result: Promise<Uint8Array | undefined>;
  /** Of reads whose callers differ: aborted when the last of them goes. */
  readonly #controller: AbortController | undefined;
  /** The one signal of all who asked at first, which goes down itself. */
  readonly #owner: AbortSignal | undefined;
  #waiting = 0;
  #callers = 0;

  /** @param signals of those who asked at first */
  constructor(
    store: ByteStore,
    key: string,
    range: ByteRange | undefined,
    signals: readonly (AbortSignal | undefined)[],
  ) {
    this.range = range;
    const isOne = signals.every((signal) => signal === signals[0]);
    this.#owner = isOne ? signals[0] : undefined;
    this.#controller = isOne ? undefined : new AbortController();
    const signal = this.#owner ?? this.#controller?.signal;
    this.result = store.read(key, { ...(range && { range }), ...(signal && { signal }) });
    this.result.catch(() => undefined);
  }

  /** Whether the read still goes on for somebody. */
  get isOpen(): boolean {
    return !this.hasOwnerGone && this.#controller?.signal.aborted !== true;
  }

  get hasOwnerGone(): boolean {
    return this.#owner?.aborted === true;
  }

  join({ skip, length }: PartOfRead, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    this.#waiting++;
    const isFirst = this.#callers++ === 0;
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal?.removeEventListener("abort", onAbort);
        this.#waiting--;
      };
      const onAbort = () => {
        leave();
        if (this.#waiting === 0) this.#controller?.abort(signal?.reason);
        reject(signal?.reason);
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      this.result.then(
        (bytes) => {
          leave();
          // The only caller of all of it gets the array itself; callers never share one.
          const isWhole = bytes !== undefined && skip === 0 && (length === undefined || length >= bytes.byteLength);
          if (isWhole && isFirst && this.#callers === 1) resolve(bytes);
          else resolve(bytes?.slice(skip, length === undefined ? undefined : skip + length));
        },
        (error: unknown) => {
          leave();
          reject(error);
        },
      );
    });
  }
}
