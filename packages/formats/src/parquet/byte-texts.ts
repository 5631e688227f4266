/** Numbers equal texts alike without making strings of them: of a million file paths, a few hundred differ. */
export class ByteTexts {
  /** Slots of a hash table: number of a text, or 0 where it is free. */
  #slots = new Uint32Array(1 << 12);
  /** By number: hash and place in the pool. Number 0 is no text. */
  #hashes: number[] = [0];
  #ends: number[] = [0];
  #pool = new Uint8Array(1 << 16);

  /** Number of a text, from 1; the same for the same bytes. */
  number(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash >>>= 0;
    const mask = this.#slots.length - 1;
    let slot = mix(hash) & mask;
    for (let found = this.#slots[slot] as number; found !== 0; found = this.#slots[slot] as number) {
      if (this.#hashes[found] === hash && this.#isSame(found, bytes, start, end)) return found;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, hash, bytes, start, end);
  }

  /** The highest number that a text has. */
  get highest(): number {
    return this.#ends.length - 1;
  }

  /** The texts by their numbers; the first, number 0, is null. */
  texts(): (string | null)[] {
    const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return this.#ends.map((end, i) => (i === 0 ? null : utf8.decode(this.#pool.subarray(this.#ends[i - 1], end))));
  }

  #isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#ends[number - 1] as number;
    if ((this.#ends[number] as number) - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.#pool[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.#ends.length;
    const from = this.#ends[number - 1] as number;
    const size = from + end - start;
    if (size > this.#pool.length) {
      const pool = new Uint8Array(Math.max(size, this.#pool.length * 2));
      pool.set(this.#pool.subarray(0, from));
      this.#pool = pool;
    }
    this.#pool.set(bytes.subarray(start, end), from);
    this.#ends.push(size);
    this.#hashes.push(hash);
    this.#slots[slot] = number;
    if (number * 2 > this.#slots.length) this.#grow();
    return number;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 1; number < this.#hashes.length; number++) {
      let slot = mix(this.#hashes[number] as number) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

/** Spreads a hash over its low bits, in which texts of the same ending come close. */
function mix(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}
