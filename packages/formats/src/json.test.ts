import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { damage, formatFixture, formatStore, seededRandom, storeOf } from "../../../test/helpers/format-fixtures.js";
import { parseJson, readJson } from "./json.js";

const textOf = (name: string): string => new TextDecoder().decode(formatFixture(name));

function failureOf(text: string) {
  try {
    parseJson(text, "memory://x/a.json");
  } catch (error) {
    if (isDataError(error, "format")) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("parseJson", () => {
  it.each(["bare.json", "bare-compact.json"])("reads %s, which Python wrote", (name) => {
    const tree = parseJson(textOf(name), name) as Record<string, unknown>;
    expect(tree).toEqual(
      Object.defineProperty(
        {
          nan: [
            Number.NaN,
            Number.POSITIVE_INFINITY,
            Number.NEGATIVE_INFINITY,
            -1.5e-7,
            0,
            Number("12345678901234567890"),
          ],
          texts: ["NaN", 'a \\ " / \n \t é 🧠', "Infinity, -Infinity"],
          nested: { empty: {}, list: [[], [null, true, false]] },
        },
        "__proto__",
        { value: { x: 1 }, enumerable: true },
      ),
    );
    expect(Object.getPrototypeOf(tree)).toBe(Object.prototype);
    expect(Object.keys(tree)).toContain("__proto__");
  });

  it("reads what the strict parser reads, to the same values", () => {
    const values = [
      '{"a":[1,-0,1e5,1E-2,"\\u00e9\\ud83e\\udde0"],"b":{}}',
      " [ ] ",
      '"x"',
      "-12.50",
      "null",
      "[true,false]",
    ];
    // With a NaN beside it, the lenient parser has to read each.
    for (const text of values) expect(parseJson(`[NaN,${text}]`, "x")).toEqual([Number.NaN, JSON.parse(text)]);
  });

  it.each([
    ["", 1, 1],
    ['{"a": 1,\n "b": }', 2, 7],
    ['{"a": 1,}', 1, 9],
    ["[1, 2", 1, 6],
    ["[1 2]", 1, 4],
    ['{"a" 1}', 1, 6],
    ["{a: 1}", 1, 2],
    ['["x]', 1, 2],
    ['["a\\x"]', 1, 2],
    ['["a\u0001"]', 1, 2],
    ["[01]", 1, 3],
    ["[+1]", 1, 2],
    ["[.5]", 1, 2],
    ["[1.]", 1, 3],
    ["[nan]", 1, 2],
    ["[-NaN]", 1, 2],
    ["[NaNs]", 1, 5],
    ["[1]\r\n[2]", 2, 1],
    ["// no\n1", 1, 1],
    ["'x'", 1, 1],
    ["undefined", 1, 1],
  ])("refuses %j at line %i, column %i", (text, line, column) => {
    const error = failureOf(text);
    expect(error.at).toBe(`line ${line}, column ${column}`);
    expect(error.message).toContain(`memory://x/a.json is not JSON`);
  });

  it("reads long texts, and refuses a nesting that no metadata has", () => {
    const long = "x\\n".repeat(500_000);
    expect(parseJson(`[NaN,"${long}"]`, "x")).toEqual([Number.NaN, "x\n".repeat(500_000)]);
    expect(failureOf(`${"[".repeat(100_000)}NaN`).message).toContain("nested deeper than the limit of 1000");
  });

  it("reads damaged files or fails with a typed error", () => {
    const random = seededRandom(4);
    for (let i = 0; i < 600; i++) {
      const text = new TextDecoder().decode(damage(formatFixture(i % 2 ? "bare.json" : "bare-compact.json"), random));
      try {
        parseJson(text, "x");
      } catch (error) {
        expect(isDataError(error, "format"), String(error)).toBe(true);
      }
    }
  });
});

describe("readJson", () => {
  const schema = z.object({ version: z.literal("1.0"), files: z.array(z.object({ size: z.number() })) });
  const store = storeOf({
    good: new TextEncoder().encode('\ufeff{"version":"1.0","files":[{"size":1,"more":2}]}'),
    bad: new TextEncoder().encode('{"version":"2.0","files":[{"size":"1"},{}]}'),
    broken: Uint8Array.of(0x22, 0xff, 0x22),
  });

  it("gives what the schema gives", async () => {
    expect(await readJson(store, "good", schema)).toEqual({ version: "1.0", files: [{ size: 1 }] });
    expect(await readJson(store, "missing", schema)).toBeUndefined();
  });

  it("names every place that has another shape", async () => {
    const [result] = await Promise.allSettled([readJson(store, "bad", schema)]);
    const error = result.status === "rejected" ? result.reason : undefined;
    expect(error).toMatchObject({ code: "schema", url: "memory://test/bad" });
    for (const place of ["version", "files.0.size", "files.1.size"]) expect(error.message).toContain(place);
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });

  it("refuses bytes that are not UTF-8, and passes an abort on", async () => {
    await expect(readJson(store, "broken", schema)).rejects.toMatchObject({ code: "format" });
    const reason = { why: "gone" };
    await expect(readJson(formatStore, "bare.json", schema, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
