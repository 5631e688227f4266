import type { Notice } from "@crossprobe/core";
import { SchemaError } from "@crossprobe/core";

/** One page of a list, as the service answered. */
export interface AlyxPage<Item> {
  readonly url: string;
  /** How many items the whole list has. */
  readonly count: number;
  /** The address of the next page in the service's words; null on the last. */
  readonly next: string | null;
  readonly items: readonly Item[];
}

/** How a list gets its pages. */
export interface PageSource<Item> {
  first(): Promise<AlyxPage<Item>>;
  /** The page at an offset, with the parameters of a `next` address. */
  later(next: string, limit: number, offset: number): Promise<AlyxPage<Item>>;
  /** What makes an item the same as another. */
  identity(item: Item): string;
  notice(notice: Notice): void;
}

/**
 * The items of a question, page by page as they are wanted. Nothing is asked before the first item is. Each iteration begins anew; a
 * client's stored answers make the second one cheap.
 *
 * The server's list may change while it is read. Then an item that comes a second time is left out, and a notice says that the list changed.
 *
 * @example
 * for await (const session of client.sessions({ subject: "XP_001" }, { signal })) console.log(session.id);
 * const all = await client.sessions({ project: "brainwide" }).toArray();
 */
export class AlyxList<Item> implements AsyncIterable<Item> {
  readonly #source: PageSource<Item>;

  constructor(source: PageSource<Item>) {
    this.#source = source;
  }

  /** How many items there are, from the first page. */
  async count(): Promise<number> {
    return (await this.#source.first()).count;
  }

  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) items.push(item);
    return items;
  }

  /** The item at an index, from the end for a negative one: two requests at most. Absent: `undefined` outside the list. */
  async at(index: number): Promise<Item | undefined> {
    const first = await this.#source.first();
    const place = index < 0 ? first.count + index : index;
    if (place < first.items.length || first.next === null) return place < 0 ? undefined : first.items[place];
    if (place >= first.count) return undefined;
    const limit = first.items.length;
    const offset = Math.floor(place / limit) * limit;
    const page = await this.#source.later(this.#nextOf(first), limit, offset);
    this.#compare(page, first.count);
    return page.items[place - offset];
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    const first = await this.#source.first();
    const seen = new Set<string>();
    yield* this.#fresh(first, seen);
    if (first.next === null) return;
    const limit = first.items.length;
    let page = first;
    for (let offset = limit; page.next !== null; offset += limit) {
      const { count } = page;
      page = await this.#source.later(this.#nextOf(page), limit, offset);
      this.#compare(page, count);
      if (page.next !== null && page.items.length !== limit) throw this.#inconsistent(page, limit);
      yield* this.#fresh(page, seen);
    }
  }

  /** A first page without items and with a successor would be read for ever. */
  #nextOf(page: AlyxPage<Item>): string {
    if (page.next === null || page.items.length === 0) throw this.#inconsistent(page, 1);
    return page.next;
  }

  *#fresh(page: AlyxPage<Item>, seen: Set<string>): Generator<Item> {
    let repeated = 0;
    for (const item of page.items) {
      const identity = this.#source.identity(item);
      if (seen.has(identity)) repeated++;
      else {
        seen.add(identity);
        yield item;
      }
    }
    if (repeated > 0) {
      const message = "Items came a second time, since the list changed while it was read; they are left out.";
      this.#source.notice({ code: "list-items-repeated", message, count: repeated, where: page.url });
    }
  }

  #compare(page: AlyxPage<Item>, before: number): void {
    if (page.count === before) return;
    const message = `The list changed from ${before} to ${page.count} items while it was read; items may be missing.`;
    this.#source.notice({ code: "list-changed", message, count: Math.abs(page.count - before), where: page.url });
  }

  #inconsistent(page: AlyxPage<Item>, expected: number): SchemaError {
    const { url } = page;
    return new SchemaError(
      `${url} answered with ${page.items.length} results where a page has ${expected} and another page follows.`,
      { url, hint: "Ask again: the list may have changed." },
    );
  }
}
