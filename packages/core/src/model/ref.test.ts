import { describe, expect, it } from "vitest";
import { formatRef, isSameRef, parseRef, ref } from "./ref.js";

describe("references", () => {
  it.each([
    "ibl:unit:86837375-7ea9-5afd-ba45-aab8e32f369a/12",
    "allen:probe:910000201",
    "ibl:probe:lab/Subjects/A:B/2026-01-15/001/probe00",
  ])("%s survives a round trip", (text) => {
    expect(formatRef(parseRef(text))).toBe(text);
  });

  it("keeps everything after the second colon as the id", () => {
    expect(parseRef("mine:session:a:b/c")).toEqual({ dataset: "mine", kind: "session", id: "a:b/c" });
  });

  it.each(["", "ibl", "ibl:probe", "ibl:probe:", ":probe:1", "ibl:cluster:1", "ibl::1"])("refuses %j", (text) => {
    expect(() => parseRef(text)).toThrow(/not a reference/);
  });

  it("refuses another kind than the one wanted, naming both", () => {
    expect(() => parseRef("ibl:probe:1", "session")).toThrow("ibl:probe:1 is a probe, not a session");
  });

  it("writes numbers as they are and compares by all three parts", () => {
    expect(formatRef(ref("allen", "unit", 950001085))).toBe("allen:unit:950001085");
    expect(isSameRef(ref("a", "unit", 1), ref("a", "unit", "1"))).toBe(true);
    expect(isSameRef(ref("a", "unit", 1), ref("b", "unit", 1))).toBe(false);
    expect(isSameRef(ref("a", "unit", 1), ref("a", "channel", 1))).toBe(false);
  });
});
