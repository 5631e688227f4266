import type { CallOptions } from "./call-options.js";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Absolute, `http:` or `https:`. Never holds credentials. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text to send with POST; its `Content-Type` is among the headers. */
  readonly body?: string | undefined;
}

/** What a server said, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The whole body, decoded as UTF-8. */
  readonly text: string;
}

/**
 * Asks a web service for text. For files there are byte stores.
 *
 * It neither retries nor caches nor remembers credentials: the caller, who knows the service, does.
 */
export interface HttpClient {
  /**
   * One request, and its answer whatever the status.
   *
   * @throws {@link StoreError} with `retryable` when no whole answer came. Neither its message nor its `cause` holds the headers or the body
   */
  request(request: HttpRequest, options?: CallOptions): Promise<HttpAnswer>;
}
