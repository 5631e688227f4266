import { afterEach, describe, expect, it, vi } from "vitest";
import { CsvSyntaxError, readRecords } from "./records.js";

afterEach(() => {
  vi.doUnmock("#csv-parse");
  vi.unstubAllGlobals();
});

function lineOfError(text: string): number | undefined {
  try {
    readRecords(text, ",");
  } catch (error) {
    if (error instanceof CsvSyntaxError) return error.line;
    throw error;
  }
  return undefined;
}

describe("readRecords", () => {
  it("knows the line of every record, past line ends inside quotes and a byte order mark", () => {
    const { records, lineOf } = readRecords('\uFEFFa\r\n"x\r\ny\r\n"\r\né\r\n"""z"""\r\n\r\n', ",");
    expect(records).toEqual([["a"], ["x\r\ny\r\n"], ["é"], ['"z"']]);
    expect(records.map((_, i) => lineOf(i))).toEqual([1, 2, 5, 6]);
  });

  it("counts lines to an error past line ends inside quotes, and past characters of several bytes", () => {
    expect(lineOfError('a,b\r\n"x\r\ny",é\r\n€,"z\r\n')).toBe(4);
    expect(lineOfError('\uFEFFa,b\r"x\ry",😀\r1,"z"1')).toBe(4);
  });

  it("keeps quotes inside values that have none around them", () => {
    expect(readRecords('a,b\n5"8,6""\n"x,""y""",z"', ",").records).toEqual([
      ["a", "b"],
      ['5"8', '6""'],
      ['x,"y"', 'z"'],
    ]);
  });

  // The library alone would give one row, ["1", '"in\n2,b\n3,5" x'].
  it("swallows no lines between two stray quotes", () => {
    expect(lineOfError('a,b\n1,"in\n2,b\n3,5" x\n4,5\n')).toBe(2);
    expect(lineOfError('a,b\n0,5"8\n1,"in\n2,b\n3,5" x\n4,5\n')).toBe(3);
  });

  // The library alone would give "2\0x".
  it("refuses a NUL behind a closing quote", () => {
    expect(lineOfError('a,b\n1,"2"\0x\n')).toBe(2);
  });

  it("gives the same with the browser's build, without Node's Buffer", async () => {
    const texts = ['a,b\r\n"x\r\ny",é€😀\r\n3\r\n', "a\rb\r", '"a ""b"""\n5"8', "", `a\n${"long ".repeat(20_000)}`];
    const inNode = texts.map((text) => readRecords(text, ",").records);
    vi.resetModules();
    vi.stubGlobal("Buffer", undefined);
    const browser = await import("csv-parse/browser/esm/sync");
    const parse = vi.fn(browser.parse);
    vi.doMock("#csv-parse", () => ({ ...browser, parse }));
    const inBrowser = await import("./records.js");
    expect(texts.map((text) => inBrowser.readRecords(text, ",").records)).toEqual(inNode);
    const act = () => inBrowser.readRecords('é\n"x\r\ny"\n1,"2', ",");
    expect(act).toThrow(expect.objectContaining({ message: "a quote does not end", line: 4 }));
    expect(parse).toHaveBeenCalled();
  });
});
