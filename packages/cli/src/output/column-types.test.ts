import { eventSchema, unitSchema } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { columnTypesOf } from "./column-types.js";

describe("columnTypesOf", () => {
  it("takes the type of each field's schema, absent or not", () => {
    const shape = { a: z.number().nullable(), b: z.int().min(0), c: z.enum(["x", "y"]).nullable(), d: z.boolean() };
    expect(Object.fromEntries(columnTypesOf({ ...shape, e: z.string(), f: z.literal([1, -1]).nullable() }))).toEqual({
      ...{ a: "double", b: "int32", c: "string", d: "boolean", e: "string", f: "double" },
    });
  });

  it("has a column for every field of an event", () => {
    expect(Object.fromEntries(columnTypesOf(eventSchema.unwrap().shape))).toMatchObject({
      ...{ type: "string", time: "double", contrast: "double", side: "string", polarity: "double" },
      ...{ choice: "string", isCorrect: "boolean", nativeRow: "int32" },
    });
  });

  it("refuses a field with parts", () => {
    expect(() => columnTypesOf(unitSchema.unwrap().shape)).toThrow(/ref is no column/);
    expect(() => columnTypesOf({ x: z.union([z.string(), z.number()]) })).toThrow(/x is no column/);
  });
});
