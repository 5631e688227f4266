/** Byte arrays by key, the least recently used dropped first, under a budget of bytes. The arrays belong to the cache. */
export class LruCache<Key> {
  readonly #entries = new Map<Key, Uint8Array<ArrayBuffer>>();
  readonly #budget: number;
  #used = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Bytes in the cache now. */
  get bytes(): number {
    return this.#used;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  get(key: Key): Uint8Array<ArrayBuffer> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /**
   * An array to fill and to {@link set}, with room made for it; its content is left over from an entry that was dropped.
   *
   * Entries are often of one size: taking over their memory keeps the process small, where the garbage of large arrays does not.
   */
  allocate(length: number): Uint8Array<ArrayBuffer> {
    let reused: Uint8Array<ArrayBuffer> | undefined;
    while (this.#used > 0 && this.#used + length > this.#budget) {
      const oldest = this.#dropOldest();
      if (oldest?.byteLength === length) reused = oldest;
    }
    return reused ?? new Uint8Array(length);
  }

  /** Keeps an array, unless it alone exceeds the budget. */
  set(key: Key, entry: Uint8Array<ArrayBuffer>): void {
    this.delete(key);
    if (entry.byteLength > this.#budget) return;
    this.#entries.set(key, entry);
    this.#used += entry.byteLength;
    while (this.#used > this.#budget) this.#dropOldest();
  }

  #dropOldest(): Uint8Array<ArrayBuffer> | undefined {
    const [oldest] = this.#entries;
    if (oldest === undefined) return undefined;
    this.delete(oldest[0]);
    return oldest[1];
  }

  delete(key: Key): void {
    this.#used -= this.#entries.get(key)?.byteLength ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#used = 0;
  }
}
