import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SAMPLES = fileURLToPath(new URL("../samples/", import.meta.url));
/** Of `samples/README.md`. */
const LARGEST_FILE = 4e6;
const LARGEST_COHORT = 12e6;

it("the sample cohort keeps within the size that its README states", () => {
  const files = readdirSync(SAMPLES, { recursive: true, encoding: "utf8" })
    .map((path) => ({ path, stat: statSync(join(SAMPLES, path)) }))
    .filter(({ stat }) => stat.isFile());
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter(({ stat }) => stat.size > LARGEST_FILE).map(({ path }) => path)).toEqual([]);
  expect(files.reduce((sum, { stat }) => sum + stat.size, 0)).toBeLessThan(LARGEST_COHORT);
});
