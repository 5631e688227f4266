import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.js";

const NOW = Date.UTC(2015, 9, 21, 7, 28, 0);

describe("parseRetryAfter", () => {
  it.each([
    ["120", 120],
    [" 0 ", 0],
    // The two forms of RFC 9110 §10.2.3.
    ["Wed, 21 Oct 2015 07:28:30 GMT", 30],
    ["Wed, 21 Oct 2015 07:27:00 GMT", 0],
  ])("reads %j", (header, seconds) => expect(parseRetryAfter(header, NOW)).toBe(seconds));

  it.each([[undefined], [""], [" "], ["soon"], ["1.5 minutes"]])("finds nothing in %j", (header) =>
    expect(parseRetryAfter(header, NOW)).toBeUndefined(),
  );
});
