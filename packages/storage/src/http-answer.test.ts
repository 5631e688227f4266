import { describe, expect, it } from "vitest";
import { type Answer, bodyOf, contentRangeOf, toAnswer } from "./http-answer.js";

const answerOf = (parts: object): Answer =>
  toAnswer({ status: 200, headers: {}, data: undefined, ...parts }, "http://x/a");

describe("bodyOf", () => {
  it("gives bytes of a pool in an array of their own", () => {
    const pooled = Buffer.from("two words").subarray(4);
    const body = bodyOf(answerOf({ data: pooled }));
    expect(new TextDecoder().decode(body)).toBe("words");
    expect(body.buffer.byteLength).toBe(5);
  });

  it("takes an array that stands alone as it is", () => {
    const alone = new Uint8Array([1, 2, 3]);
    expect(bodyOf(answerOf({ data: alone })).buffer).toBe(alone.buffer);
    expect(bodyOf(answerOf({ data: alone.buffer }))).toEqual(alone);
    expect(bodyOf(answerOf({}))).toEqual(new Uint8Array(0));
  });
});

describe("contentRangeOf", () => {
  it.each([
    ["bytes 0-9/100", { start: 0, end: 10, size: 100 }],
    ["bytes 5-5/*", { start: 5, end: 6, size: undefined }],
    ["bytes */0", { start: 0, end: 0, size: 0 }],
    ["bytes 0-9", undefined],
    ["items 0-9/100", undefined],
    ["bytes 0-99999999999999999999/3", { start: 0, end: 0, size: 3 }],
  ])("reads %j", (header, expected) => {
    expect(contentRangeOf(answerOf({ headers: { "content-range": header } }))).toEqual(expected);
  });
});

describe("toAnswer", () => {
  it("notices that redirects led to a directory, in Node and in a page", () => {
    const final = "http://x/a/?page";
    const response = { status: 200, headers: {}, data: undefined };
    expect(toAnswer(response, "http://x/a", final).leadsToDirectory).toBe(true);
    expect(answerOf({ request: { responseURL: final } }).leadsToDirectory).toBe(true);
    expect(answerOf({ request: { responseURL: "http://y/b" } }).leadsToDirectory).toBe(false);
    expect(answerOf({}).leadsToDirectory).toBe(false);
  });
});
