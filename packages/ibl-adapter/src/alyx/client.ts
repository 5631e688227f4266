import { descendants, regionByAcronym } from "@crossprobe/atlas";
import { NotFoundError, QueryError, StoreError } from "@crossprobe/core";
import { z } from "zod";
import { type CacheInfo, cacheInfoSchema } from "../one/cache-info.js";
import { type AlyxCallOptions, AlyxExchange, type AlyxOptions } from "./exchange.js";
import { toPairs } from "./filter-pairs.js";
import {
  type AlyxChannelFilter,
  type AlyxDatasetFilter,
  type AlyxInsertionFilter,
  type AlyxSessionFilter,
  type AlyxTrajectoryFilter,
  CHANNEL_NAMES,
  DATASET_NAMES,
  INSERTION_NAMES,
  SESSION_NAMES,
  TRAJECTORY_NAMES,
} from "./filters.js";
import { AlyxList, type AlyxPage } from "./list.js";
import {
  type AlyxChannel,
  type AlyxDataset,
  type AlyxInsertion,
  type AlyxSession,
  type AlyxSessionDetails,
  type AlyxTrajectory,
  alyxChannelSchema,
  alyxDatasetSchema,
  alyxInsertionSchema,
  alyxSessionDetailsSchema,
  alyxSessionSchema,
  alyxTrajectorySchema,
  ownerSchema,
  pageSchema,
} from "./records.js";
import { type QueryPair, questionUrl } from "./request-url.js";

export interface AlyxListOptions extends AlyxCallOptions {
  /** Items a page, 1 to 1000; the service's own choice (250) by default. */
  readonly pageSize?: number | undefined;
}

const MOST_PER_PAGE = 1000;

/**
 * A client of Alyx, IBL's database: sessions, probe insertions, files, trajectories and channels.
 *
 * Lists are read page by page as they are wanted. Answers are kept in memory, and in `cache` where one is given, and used for
 * `cacheSeconds`; older ones only when the service cannot be reached, with a notice. Requests keep to a pace; those that the service
 * puts off (429, 503) are sent again after the time it states.
 *
 * Credentials go into the `Authorization` header and the login form alone; to plain http only on this machine.
 *
 * Source: ONE-api 3.6 (`one/webclient.py`) and the service's OpenAPI document.
 *
 * @throws {@link ConfigError} without credentials, when refused at login, or when an address holds credentials
 * @throws {@link QueryError} for a filter that cannot be sent
 * @throws {@link StoreError} with `status` for refusals, `retryable` for lost connections
 * @throws {@link FormatError} for HTML pages and cut answers
 * @throws {@link SchemaError} naming address and field for answers of another shape
 * @example
 * const client = new AlyxClient({ url, credentials, http: new JsonHttp() });
 * for await (const probe of client.insertions({ atlasAcronym: "CA1", project: "brainwide" })) console.log(probe.id, probe.histology);
 */
export class AlyxClient {
  /** Of the service, with a `/` at the end. */
  readonly url: string;
  /** Whether it answers from stored answers alone. */
  readonly isOffline: boolean;
  readonly #exchange: AlyxExchange;

  constructor(options: AlyxOptions) {
    this.isOffline = options.isOffline ?? false;
    this.#exchange = new AlyxExchange(options);
    this.url = this.#exchange.url;
  }

  /** Sessions, newest first. */
  sessions(filter: AlyxSessionFilter = {}, options: AlyxListOptions = {}): AlyxList<AlyxSession> {
    return this.#list("sessions", alyxSessionSchema, toPairs(filter, SESSION_NAMES), options);
  }

  /** A session with its files and probes. Absent: `undefined` for an id that the service does not know. */
  session(id: string, options?: AlyxCallOptions): Promise<AlyxSessionDetails | undefined> {
    return this.#record("sessions", id, alyxSessionDetailsSchema, options);
  }

  /** Probe insertions, those of the newest session first. */
  insertions(filter: AlyxInsertionFilter = {}, options: AlyxListOptions = {}): AlyxList<AlyxInsertion> {
    return this.#list("insertions", alyxInsertionSchema, toPairs(filter, INSERTION_NAMES), options);
  }

  /** Absent: `undefined` for an id that the service does not know. */
  insertion(id: string, options?: AlyxCallOptions): Promise<AlyxInsertion | undefined> {
    return this.#record("insertions", id, alyxInsertionSchema, options);
  }

  datasets(filter: AlyxDatasetFilter = {}, options: AlyxListOptions = {}): AlyxList<AlyxDataset> {
    return this.#list("datasets", alyxDatasetSchema, toPairs(filter, DATASET_NAMES), options);
  }

  /** Absent: `undefined` for an id that the service does not know. */
  dataset(id: string, options?: AlyxCallOptions): Promise<AlyxDataset | undefined> {
    return this.#record("datasets", id, alyxDatasetSchema, options);
  }

  trajectories(filter: AlyxTrajectoryFilter = {}, options: AlyxListOptions = {}): AlyxList<AlyxTrajectory> {
    return this.#list("trajectories", alyxTrajectorySchema, toPairs(filter, TRAJECTORY_NAMES), options);
  }

  channels(filter: AlyxChannelFilter = {}, options: AlyxListOptions = {}): AlyxList<AlyxChannel> {
    return this.#list("channels", alyxChannelSchema, toPairs(filter, CHANNEL_NAMES), options);
  }

  /**
   * Channels in a region or below it. The service compares a channel's very region only, so all that the filter gives are read and chosen from here.
   *
   * @throws UnknownRegionError of `@crossprobe/atlas` for an unknown acronym
   */
  async channelsWithin(
    acronym: string,
    filter: AlyxChannelFilter = {},
    options: AlyxListOptions = {},
  ): Promise<AlyxChannel[]> {
    const region = regionByAcronym(acronym);
    const ids = new Set([region, ...descendants(region)].map(({ id }) => id));
    const channels = await this.channels(filter, options).toArray();
    return channels.filter(({ regionId }) => regionId !== null && ids.has(regionId));
  }

  /** The probes of a session. Absent: an empty list for a session without probes, as for one that the service does not know. */
  async probesOf(sessionId: string, options?: AlyxListOptions): Promise<{ id: string; name: string }[]> {
    const insertions = await this.insertions({ session: sessionId }, options).toArray();
    return insertions.map(({ id, name }) => ({ id, name }));
  }

  /** The session of a probe, and the probe's name in it. Absent: `undefined` for a probe that the service does not know. */
  async sessionOf(insertionId: string, options?: AlyxCallOptions): Promise<{ id: string; name: string } | undefined> {
    const insertion = await this.insertion(insertionId, options);
    return insertion && { id: insertion.sessionId, name: insertion.name };
  }

  /**
   * What the service says of the index tables that it offers, and where their `cache.zip` is.
   *
   * @param tag of a release, such as `2024_Q2_IBL_et_al_BWM`: its own tables. Absent: `undefined` for a tag without tables
   */
  cacheInfo(tag?: string, options?: AlyxCallOptions): Promise<CacheInfo | undefined> {
    const endpoint = tag === undefined ? "cache/info" : `cache/info/${encodeURIComponent(tag)}`;
    return this.#exchange.ask(questionUrl(this.url, endpoint), cacheInfoSchema, options);
  }

  /** The account that the token belongs to; always asked. */
  async owner(options: AlyxCallOptions = {}): Promise<string> {
    const url = questionUrl(this.url, "me");
    const owner = await this.#exchange.ask(url, ownerSchema, { ...options, isFresh: true, cacheSeconds: 0 });
    if (owner === undefined)
      throw new NotFoundError(`${url} states no account.`, { hint: "Check that the address is Alyx's." });
    return owner.username;
  }

  #record<Schema extends z.ZodType>(
    endpoint: string,
    id: string,
    schema: Schema,
    options?: AlyxCallOptions,
  ): Promise<z.output<Schema> | undefined> {
    if (!z.guid().safeParse(id).success)
      throw new QueryError(`${JSON.stringify(id)} is no id (a UUID).`, { hint: "Give the id of a record." });
    return this.#exchange.ask(questionUrl(this.url, `${endpoint}/${id}`), schema, options);
  }

  #list<Schema extends z.ZodType<{ readonly id: string }>>(
    endpoint: string,
    item: Schema,
    pairs: readonly QueryPair[],
    options: AlyxListOptions,
  ): AlyxList<z.output<Schema>> {
    const { pageSize } = options;
    if (pageSize !== undefined && !(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= MOST_PER_PAGE)) {
      throw new QueryError(`pageSize is ${pageSize}.`, { hint: `Give a whole number from 1 to ${MOST_PER_PAGE}.` });
    }
    const limit: QueryPair[] = pageSize === undefined ? [] : [["limit", String(pageSize)]];
    return new AlyxList<z.output<Schema>>({
      first: () => this.#page(questionUrl(this.url, endpoint, [...pairs, ...limit]), item, options),
      later: (next, size, offset) => this.#page(this.#laterUrl(endpoint, next, size, offset), item, options),
      identity: ({ id }) => id,
      notice: (notice) => this.#exchange.notice(notice),
    });
  }

  /** Of the address of the next page only the parameters are taken: its host, which a proxy may have changed, never gets the token. */
  #laterUrl(endpoint: string, next: string, limit: number, offset: number): string {
    const query = new URL(next, this.url).searchParams;
    const kept = [...query].filter(([name]) => name !== "limit" && name !== "offset");
    return questionUrl(this.url, endpoint, [...kept, ["limit", String(limit)], ["offset", String(offset)]]);
  }

  async #page<Schema extends z.ZodType>(
    url: string,
    item: Schema,
    options: AlyxCallOptions,
  ): Promise<AlyxPage<z.output<Schema>>> {
    const answer = await this.#exchange.ask(url, pageSchema(item), options);
    if (answer === undefined)
      throw new StoreError(`${url} is no list of the service.`, {
        url,
        status: 404,
        hint: "Check that the address is Alyx's.",
      });
    const { count, next, results: items, detail } = answer;
    if (detail !== undefined) this.#exchange.notice({ code: "service-notice", message: detail, count: 1, where: url });
    return { url, count, next, items };
  }
}
