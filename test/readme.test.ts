import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ADAPTER_CHECKS } from "@crossprobe/core/conformance";
import { describe, expect, it } from "vitest";
import { PLANTED_BUGS } from "../packages/core/src/conformance/planted-bugs.js";

/** Numbers that the documents quote are those of the code. */

const root = fileURLToPath(new URL("..", import.meta.url));
const numbersIn = async (file: string, pattern: RegExp) =>
  [...(await readFile(root + file, "utf8")).matchAll(pattern)].map(([, number]) => Number(number));

describe("the documents", () => {
  it("count the conformance checks", async () => {
    expect(await numbersIn("README.md", /(\d+) checks/g)).toEqual([ADAPTER_CHECKS.length]);
  });

  it.each(["README.md", "packages/core/README.md"])("%s counts the planted bugs", async (file) => {
    expect(await numbersIn(file, /(\d+)\s+(?:planted )?bugs/g)).toEqual([PLANTED_BUGS.length]);
  });
});
