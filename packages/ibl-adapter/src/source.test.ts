import { describe, expect, it } from "vitest";
import { toSource } from "./source.js";

describe("toSource", () => {
  it.each([
    ["file:///data/ONE", "folder", "file:///data/ONE/", ""],
    ["file:///data/ONE/", "folder", "file:///data/ONE/", ""],
    ["file:///data/my%20lfp.H5", "archive", "file:///data/", "my lfp.H5"],
    ["https://host/a/list.csv?x=1", "release", "https://host/a/", "list.csv"],
  ])("takes %s apart", (url, kind, directory, key) => {
    expect(toSource(url)).toEqual({ kind, url, directory, key });
  });

  it("refuses a path", () => {
    expect(() => toSource("/data/ONE")).toThrow(/no absolute URL/);
  });
});
