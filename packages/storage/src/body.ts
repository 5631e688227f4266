import type { FileDigest } from "@crossprobe/core";
import type { AddressRules } from "./download/address-guard.js";

export interface BodyRequest {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  /** `Range`, and `If-Range` with a strong entity tag or a date. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What addresses may be asked, those of redirects included. */
  readonly rules: AddressRules;
  readonly signal: AbortSignal | undefined;
}

/** An answer whose body comes piece by piece. */
export interface BodyAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Where redirects led; without its query. */
  readonly url: string;
  /** Digests of the whole object that the server states, where it is known to mean them as such. */
  readonly digests: readonly FileDigest[];
  /** Take all of it, or {@link cancel}. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether the body was ended because it came too slowly. */
  readonly isSlow: () => boolean;
  cancel(): void;
}

/** Asks for bodies as streams of stored bytes. It neither retries nor decompresses. */
export interface Bodies {
  /**
   * @throws {@link QueryError} for an address that may not be asked
   * @throws {@link StoreError} with `retryable` when no answer came. Neither message nor cause holds headers or queries
   */
  request(request: BodyRequest): Promise<BodyAnswer>;
}
