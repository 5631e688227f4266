import { type CallOptions, type Notice, SchemaError, StoreError } from "@crossprobe/core";
import { z } from "zod";
import { checkShape, shorten, toServiceUrl, WebService, type WebServiceOptions } from "../remote/web-service.js";
import type { RmaQuery } from "./rma-query.js";

/** The warehouse's public address. Source: AllenSDK, `HTTP_ENGINE_DEFAULT_HOST`; it answers plain http too, which AllenSDK uses. */
export const WAREHOUSE_URL = "http://api.brain-map.org";

export interface RmaClientOptions extends WebServiceOptions {
  /** The service (default `http://api.brain-map.org`, as AllenSDK asks it). */
  readonly url?: string | undefined;
  /** Rows a page (default 5000). */
  readonly pageSize?: number | undefined;
  /** Told what changed while pages were read. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

export type RmaRow = Readonly<Record<string, unknown>>;

/** All rows of a question. */
export interface RmaRows {
  readonly rows: readonly RmaRow[];
  /** Names of values that were written with a point or an exponent somewhere: to Python they are floats, whole or not. */
  readonly floats: ReadonlySet<string>;
  /** Of the first page. */
  readonly url: string;
}

const PAGE_SIZE = 5000;

const failureSchema = z.looseObject({ success: z.literal(false), msg: z.unknown() });
const pageSchema = z.looseObject({
  success: z.literal(true),
  start_row: z.int().min(0),
  num_rows: z.int().min(0),
  total_rows: z.int().min(0),
  msg: z.array(z.record(z.string(), z.unknown())),
});

/**
 * Asks the Allen Institute's data warehouse (RMA), page by page.
 *
 * Pages are read until as many rows were seen as any page announced. Source: AllenSDK `rma_engine.py`, which goes by the first page
 * alone and asks for ever when a page is empty.
 */
export class RmaClient {
  /** With a `/` at the end. */
  readonly url: string;
  readonly #service: WebService;
  readonly #pageSize: number;
  readonly #onNotice: (notice: Notice) => void;

  constructor({ url = WAREHOUSE_URL, pageSize = PAGE_SIZE, onNotice = () => undefined, ...service }: RmaClientOptions) {
    this.url = toServiceUrl(url);
    this.#service = new WebService(service);
    this.#pageSize = pageSize;
    this.#onNotice = onNotice;
  }

  /**
   * The address of one page. Spaces are escaped; quotes are by the HTTP client on the wire.
   *
   * @param query without its page
   */
  pageUrl(query: string, startRow = 0): string {
    const page = `,rma::options[start_row$eq${startRow}][num_rows$eq${this.#pageSize}][order$eq'id']`;
    return `${this.url}api/v2/data/query.json?${(query + page).replaceAll(" ", "%20")}`;
  }

  /**
   * Every row of a question, by identifier. A question that nothing can match is not asked.
   *
   * @throws {@link StoreError} with the service's own words where it refuses, {@link FormatError} for web pages,
   *   {@link SchemaError} for answers of another shape and pages that do not add up
   */
  async rows(query: RmaQuery, options: CallOptions = {}): Promise<RmaRows> {
    const rows = new Map<unknown, RmaRow>();
    const floats = new Set<string>();
    const url = query === null ? this.url : this.pageUrl(query);
    let announced = 0;
    let seen = 0;
    let isFirst = true;
    while (query !== null && (isFirst || seen < announced)) {
      const address = this.pageUrl(query, seen);
      const page = await this.#page(address, seen, floats, options);
      if (!isFirst && page.total !== announced) this.#noticeChange(address, announced, page.total);
      const hasShrunk = page.total < announced;
      announced = Math.max(announced, page.total);
      isFirst = false;
      if (page.rows.length === 0 && seen < announced && !hasShrunk) throw endless(address, seen, announced);
      if (page.rows.length === 0) break;
      const before = rows.size;
      for (const row of page.rows) rows.set(row.id ?? row, row);
      seen += page.rows.length;
      if (rows.size - before < page.rows.length) this.#noticeRepeats(address, page.rows.length - (rows.size - before));
    }
    return { rows: [...rows.values()], floats, url };
  }

  async #page(url: string, start: number, floats: Set<string>, options: CallOptions) {
    const { value, text } = await this.#service.json(url, options);
    const failure = failureSchema.safeParse(value);
    if (failure.success) throw refused(url, failure.data.msg);
    const page = checkShape(value, pageSchema, url);
    if (page.num_rows !== page.msg.length || page.start_row !== start) {
      const holds = `${page.msg.length} rows from ${start}`;
      throw new SchemaError(`${url} says ${page.num_rows} rows from ${page.start_row}, and ${holds} were to come.`, {
        ...{ url, hint: "The answer was cut or mixed up: ask again." },
      });
    }
    for (const name of floatNames(text)) floats.add(name);
    return { rows: page.msg, total: page.total_rows };
  }

  #noticeChange(where: string, before: number, now: number): void {
    const message = `The list changed from ${before} to ${now} rows while it was read; rows may be missing.`;
    this.#onNotice({ code: "list-changed", message, count: Math.abs(now - before), where });
  }

  #noticeRepeats(where: string, count: number): void {
    const message = "Rows came a second time, since the list changed while it was read; they are left out.";
    this.#onNotice({ code: "list-rows-repeated", message, count, where });
  }
}

/** Names before numbers that have a point or an exponent. In a text inside a text the quotes are escaped, and nothing is found. */
export function floatNames(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/"(\w+)"\s*:\s*-?\d+(?:\.\d|[eE])/g), ([, name = ""]) => name));
}

function refused(url: string, said: unknown): StoreError {
  const words = typeof said === "string" ? shorten(said) : "";
  return new StoreError(`The Allen warehouse refused ${url}${words === "" ? ", without a reason" : `: ${words}`}.`, {
    ...{ url, status: 200 },
    hint: "The question does not fit the service: it may have changed. Take the data from the public bucket instead.",
  });
}

function endless(url: string, seen: number, announced: number): SchemaError {
  return new SchemaError(`${url} has no rows, and ${announced - seen} of ${announced} are still to come.`, {
    ...{ url, hint: "Ask again later: the service does not give what it announces." },
  });
}
