import type { ByteRange } from "@crossprobe/core";
import type { Span } from "./keys.js";

/**
 * A range as the header `Range` has it. HTTP has none of zero bytes: ask only whether there is such a key.
 *
 * Source: RFC 9110 §14.1.2.
 */
export function rangeHeader(range: ByteRange): string {
  return "suffix" in range ? `bytes=-${range.suffix}` : `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

/** What is wrong with an answer whose `Content-Range` and body are these, where the bytes of a span were asked for; `undefined` if nothing is. */
export function rangeMismatch(
  asked: Span,
  given: Span & { readonly size: number | undefined },
  body: Uint8Array,
): string | undefined {
  const isAsked = given.start === asked.start && given.end === asked.end;
  if (isAsked && body.byteLength === asked.end - asked.start) return undefined;
  const got = `bytes ${given.start}-${given.end - 1} of ${given.size} in ${body.byteLength} bytes`;
  return `asked for bytes ${asked.start}-${asked.end - 1}, the server answered ${got}`;
}
