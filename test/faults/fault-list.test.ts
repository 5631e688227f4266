import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FAULTS, type FaultEntry, type Shown } from "./fault-list.js";

const ROOT = new URL("../../", import.meta.url);
const all = Object.values(FAULTS).flat();

/** How many faults each part of the reference's list names: one that is left out changes the count. */
const COUNTS = { transport: 18, content: 21, storage: 15, semantics: 5 };

const sources = new Map<string, string>();

function sourceOf(file: string): string {
  const path = fileURLToPath(new URL(file, ROOT));
  if (!existsSync(path)) throw new Error(`there is no ${file}`);
  const text = sources.get(file) ?? readFileSync(path, "utf8");
  sources.set(file, text);
  return text;
}

/** Tests are named as they stand in their files, and so are the rows of their tables, there or in a fixture that lists them. */
function findingsOf([file, title, row]: Shown): string[] {
  const text = sourceOf(file);
  const missing = text.includes(`"${title}"`) ? [] : [`${file} has no test "${title}"`];
  const hasRow = row === undefined || text.includes(row) || sourceOf(DEFECTS).includes(row);
  return hasRow ? missing : [...missing, `"${title}" of ${file} has no row ${row}`];
}

const titleOf = ({ fault, unprovoked }: FaultEntry) =>
  unprovoked === undefined ? fault : `${fault} (not provocable here: ${unprovoked})`;

const DEFECTS = "test/fixtures/lfpack/malformed/malformed.json";

describe("the list of faults", () => {
  it("has every item, once", () => {
    const counts = Object.fromEntries(Object.entries(FAULTS).map(([part, entries]) => [part, entries.length]));
    expect(counts).toEqual(COUNTS);
    expect(new Set(all.map(({ fault }) => fault)).size).toBe(all.length);
  });

  // scripts/check.mjs counts these by their titles.
  it.each(all.map((entry): [string, FaultEntry] => [titleOf(entry), entry]))(
    "fault: %s",
    (_, { shown, unprovoked }) => {
      expect(shown?.flatMap(findingsOf) ?? []).toEqual([]);
      expect((shown?.length ?? 0) > 0 || (unprovoked ?? "").length > 20).toBe(true);
    },
  );

  it("counts a test that is not there", () => {
    expect(findingsOf(["test/faults/fault-list.test.ts", "no such title".toUpperCase()])).toHaveLength(1);
    expect(() => findingsOf(["test/faults/none.ts", ""])).toThrow("there is no");
  });
});
