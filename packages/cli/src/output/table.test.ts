import { describe, expect, it } from "vitest";
import { factLines, formatNumber, groupedTable, textTable, textTableWithNotes, wrapText } from "./table.js";

const right = (title: string) => ({ title, align: "right" as const });

describe("textTable", () => {
  it("pads to the widest cell, numbers to the right, and ends no line in a space", () => {
    expect(
      textTable(
        [{ title: "name" }, right("n")],
        [
          ["a", "1"],
          ["longer", "20"],
        ],
      ),
    ).toBe(["name     n", "a        1", "longer  20", ""].join("\n"));
  });

  it("cuts the widest column that may be cut, with an ellipsis", () => {
    const table = textTable(
      [{ title: "ref", isWhole: true }, { title: "name" }],
      [["whole:ref", "a rather long name"]],
      24,
    );
    expect(table).toBe(["ref        name", "whole:ref  a rather lon…", ""].join("\n"));
  });

  it("gives the first column its own line where cutting is not enough", () => {
    const rows = [["whole:reference", "123456", "name"]];
    expect(textTable([{ title: "ref", isWhole: true }, right("number"), { title: "name" }], rows, 20)).toBe(
      ["ref", "    number  name", "whole:reference", "    123456  name", ""].join("\n"),
    );
  });

  it("breaks what is wider than the whole table rather than lose it", () => {
    expect(textTable([{ title: "path", isWhole: true }, right("n")], [["/a/very/long/path", "1"]], 10)).toBe(
      ["path", "    n", "/a/very/lo", "ng/path", "    1", ""].join("\n"),
    );
  });

  it("holds a hundred thousand rows", () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => [String(i)]);
    expect(textTable([right("n")], rows).split("\n")).toHaveLength(100_002);
  });
});

it("a table of far more columns than there is room for ends, and loses nothing", () => {
  const columns = Array.from({ length: 60 }, (_, i) => ({ title: `column${i}` }));
  const text = textTable(columns, [columns.map((_, i) => `value ${i} that is long`)], 80);
  expect(text.split("\n").map((line) => line.trim())).toEqual(
    expect.arrayContaining(["column0", "value 0 that is long"]),
  );
  expect(text.replace(/\s/g, "")).toContain("value59");
});

it("textTableWithNotes puts a wrapped note below its row", () => {
  expect(textTableWithNotes([{ title: "t" }], [["a"], ["b"]], ["one two three", ""], 11)).toBe(
    ["t", "a", "    one two", "    three", "b", ""].join("\n"),
  );
});

it("groupedTable lines columns up across its groups", () => {
  const groups = [
    { heading: "first", rows: [["1", "x"]] },
    {
      heading: "second",
      rows: [
        ["20", "y"],
        ["3", "z"],
      ],
    },
  ];
  expect(groupedTable([right("id"), { title: "v" }], groups)).toBe(
    ["id  v", "first", " 1  x", "second", "20  y", " 3  z", ""].join("\n"),
  );
});

it("factLines wraps a value under its own beginning", () => {
  const facts = [
    { name: "a", value: "one two three" },
    { name: "bcd", value: "abcdefghijkl" },
  ];
  expect(factLines(facts, 12)).toEqual(["a    one two", "     three", "bcd  abcdefg", "     hijkl"]);
});

it("wrapText indents all but the first line and leaves long words whole", () => {
  expect(wrapText("note: one two three-and-more", 10, "  ")).toBe("note: one\n  two\n  three-and-more");
});

it.each([
  [null, "–"],
  [undefined, "–"],
  [0, "0"],
  [384, "384"],
  [2.88649, "2.886"],
  [123456.7, "123457"],
  [0.000012345, "1.23e-5"],
  [-0.5, "-0.5000"],
])("formatNumber(%j) is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
