import { parseRetryAfter } from "@crossprobe/core";

/** A response as the HTTP client gives it. */
export interface ClientResponse {
  readonly status: number;
  readonly headers: object;
  readonly data: unknown;
  readonly request?: unknown;
}

/** What of an HTTP response matters to a byte store. */
export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  /** Whether the body is compressed, so that its length and ranges are not those of the object. */
  readonly isEncoded: boolean;
  /** Whether redirects ended at an address with a slash at the end that the request did not have. */
  readonly leadsToDirectory: boolean;
  readonly contentLength: string | undefined;
  readonly contentRange: string | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  readonly data: unknown;
}

/** Takes the parts out of a response to a request for `url`. @param final where redirects led, as far as they were seen */
export function toAnswer(response: ClientResponse, url: string, final = url): Answer {
  const header = (name: string): string | undefined => {
    const value = property(response.headers, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const encoding = header("content-encoding");
  return {
    status: response.status,
    etag: header("etag"),
    isEncoded: encoding !== undefined && encoding !== "identity",
    leadsToDirectory: pathOf(finalUrlOf(response) ?? final).endsWith("/") && !pathOf(url).endsWith("/"),
    contentLength: header("content-length"),
    contentRange: header("content-range"),
    retryAfter: parseRetryAfter(header("retry-after"), Date.now()),
    data: response.data,
  };
}

/** The body in an array of its own. */
export function bodyOf(answer: Answer): Uint8Array {
  const { data } = answer;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  // Node's small buffers share one pool, which a caller must not come to own.
  if (data instanceof Uint8Array) {
    const isAlone = data.byteLength === data.buffer.byteLength;
    return isAlone ? new Uint8Array(data.buffer, 0, data.byteLength) : new Uint8Array(data);
  }
  return new Uint8Array(0);
}

/** The announced length of the body; of the object, for HEAD. */
export function contentLengthOf(answer: Answer): number | undefined {
  return toCount(answer.contentLength);
}

/** `start ≤ byte < end` and the size of the object, as far as the server states them. Source: RFC 9110 §14.4. */
export function contentRangeOf(answer: Answer): ContentRange | undefined {
  return parseContentRange(answer.contentRange ?? "");
}

export interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly size: number | undefined;
}

/** The value of a `Content-Range`; `undefined` where it is none in bytes. */
export function parseContentRange(text: string): ContentRange | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(text);
  if (match === null) return undefined;
  const [, first, last, size] = match;
  return { start: toCount(first) ?? 0, end: (toCount(last) ?? -1) + 1, size: toCount(size) };
}

/** A number of bytes as headers have it. */
export function toCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Where a page's client was led. */
function finalUrlOf(response: ClientResponse): string | undefined {
  const inner = property(response.request, "responseURL");
  return typeof inner === "string" && inner !== "" ? inner : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
