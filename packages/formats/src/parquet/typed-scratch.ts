/**
 * Room that is used again for each page: hundreds of arrays of some 100 KB would have the garbage collector run as long as the
 * decoding. What is in it is of the page before.
 */
export class Scratch {
  #bytes = new Uint8Array(0);
  #words = new Uint32Array(0);

  bytes(count: number): Uint8Array {
    if (count > this.#bytes.length) this.#bytes = new Uint8Array(count);
    return this.#bytes.subarray(0, count);
  }

  words(count: number): Uint32Array {
    if (count > this.#words.length) this.#words = new Uint32Array(count);
    return this.#words.subarray(0, count);
  }
}
