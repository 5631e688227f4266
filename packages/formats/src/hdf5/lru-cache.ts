/** Byte arrays by key, the least recently used dropped first, under a budget of bytes. */
export class LruCache<Key> {
  readonly #entries = new Map<Key, Uint8Array>();
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

  get(key: Key): Uint8Array | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Keeps an array, unless it alone exceeds the budget. */
  set(key: Key, entry: Uint8Array): void {
    this.delete(key);
    if (entry.byteLength > this.#budget) return;
    this.#entries.set(key, entry);
    this.#used += entry.byteLength;
    while (this.#used > this.#budget) {
      const oldest = this.#entries.keys().next();
      if (oldest.done) break;
      this.delete(oldest.value);
    }
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
