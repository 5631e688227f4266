import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { globToRegex, toRegExp } from "./python-regex.js";

describe("toRegExp", () => {
  // What Python's re.search(pattern, text) is not None gives.
  it.each([
    ["^(?P<a>x)(?P=a)$", "xx", true],
    ["^(?P<a>x)(?P=a)$", "xy", false],
    ["(?i)choice", "ephysCHOICEWorld", true],
    ["\\AXP\\Z", "XP", true],
    ["\\AXP\\Z", "aXP", false],
    ["^\\w+$", "Zürich_7", true],
    ["^[\\w-]+$", "a-ü", true],
    ["a\\_b\\-c", "a_b-c", true],
    ["x{2}", "xx", true],
    ["x{a}", "x{a}", true],
    ["[]x]", "]", true],
    ["a]", "a]", true],
    ["^\\d+$", "12", true],
    ["a.c", "a\nc", false],
  ])("%s on %j is %s", (pattern, text, expected) => {
    expect(toRegExp(pattern).test(text)).toBe(expected);
  });

  it.each(["(", "*a", "[", "a\\", "(?P=a"])("refuses %s", (pattern) => {
    const refused = (() => {
      try {
        return toRegExp(pattern);
      } catch (error) {
        return error;
      }
    })();
    expect(isDataError(refused, "query"), String(refused)).toBe(true);
  });
});

describe("globToRegex", () => {
  // What Python's fnmatch.fnmatchcase(text, pattern) gives.
  it.each([
    ["*.npy", "a.npy", true],
    ["?.npy", "ab.npy", false],
    ["[a-c]*", "b1", true],
    ["[!a-c]*", "b1", false],
    ["a[b", "a[b", true],
    ["[]]", "]", true],
    ["a.b", "axb", false],
    ["**x", "yyx", true],
    ["alf/probe0?", "alf/probe01", true],
  ])("%s on %s is %s", (pattern, text, expected) => {
    expect(toRegExp(`^${globToRegex(pattern)}$`).test(text)).toBe(expected);
  });
});
