import { describe, expect, it } from "vitest";
import { type CsvColumns, parseCsv, parseCsvColumns } from "../csv.js";

const plain = (columns: CsvColumns) => new Map(columns.names.map((name) => [name, columns.texts(name)]));

/** What a reader makes of a text: its columns, or its complaint. */
function outcome(read: () => ReadonlyMap<string, readonly string[] | undefined>): unknown {
  try {
    return read();
  } catch (error) {
    return String(error);
  }
}

describe("parseCsvColumns", () => {
  it("gives columns, single values and the number of rows", () => {
    const columns = parseCsvColumns("id,name\n7,a\n8,\n", "x.csv");
    expect([columns.names, columns.rowCount]).toEqual([["id", "name"], 2]);
    expect([columns.texts("name"), columns.text("id", 1), columns.text("id", 2), columns.text("no", 0)]).toEqual([
      ["a", ""],
      "8",
      "",
      "",
    ]);
    expect([columns.has("name"), columns.has("no"), columns.texts("no")]).toEqual([true, false, undefined]);
  });

  it("reads a text with quotes as parseCsv does", () => {
    const columns = parseCsvColumns('a,b\n1,"x, ""y"""\n', "x.csv");
    expect([columns.texts("b"), columns.text("b", 0), columns.has("a"), columns.rowCount]).toEqual([
      ['x, "y"'],
      'x, "y"',
      true,
      1,
    ]);
  });

  it.each(["plain", "quoted"])("gives numbers of a %s text, and asks for those that are no plain decimals", (form) => {
    const csv = `id,snr\n7,1.25\n8,\n9,1e-3\n10,-0.1\n11,${form === "quoted" ? '"x,y"' : "x"}\n`;
    const asked: unknown[] = [];
    const numbers = parseCsvColumns(csv, "x.csv").numbers("snr", (text, row) => {
      if (form === "plain") asked.push([text, row]);
      return text === "" || text.startsWith("x") ? Number.NaN : Number(text);
    });
    expect(numbers).toEqual(Float64Array.of(1.25, Number.NaN, 0.001, -0.1, Number.NaN));
    if (form === "plain")
      expect(asked).toEqual([
        ["", 1],
        ["1e-3", 2],
        ["x", 4],
      ]);
    expect(parseCsvColumns(csv, "x.csv").numbers("no", Number)).toBeUndefined();
  });

  it("makes of any text what parseCsv makes of it, complaints included", () => {
    const pieces = ["a", "1.5", ",", ",", "\n", "\n", "\r\n", "\r", ";", " ", "\uFEFF", "é", '"', ""];
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let refused = 0;
    for (let i = 0; i < 4000; i++) {
      const length = 1 + Math.floor(random() * 14);
      const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)] ?? "").join("");
      const expected = outcome(() => parseCsv(text, "x.csv").columns);
      if (typeof expected === "string") refused++;
      expect(
        outcome(() => plain(parseCsvColumns(text, "x.csv"))),
        JSON.stringify(text),
      ).toEqual(expected);
    }
    expect(refused).toBeGreaterThan(400);
    expect(refused).toBeLessThan(3600);
  });
});
