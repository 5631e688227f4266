import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** A small share of `npm run kill9`; the processes run from what is built. */
it("a download that is ended by kill -9 leaves whole files and nothing else in their places, and goes on", {
  timeout: 120_000,
}, () => {
  const script = fileURLToPath(new URL("../scripts/kill9.mjs", import.meta.url));
  const said = execFileSync(process.execPath, [script, "--points", "8", "--seed", "3"], { encoding: "utf8" });
  expect(said).toMatch(/^8 processes ended by kill -9 \(seed 3\), \d+ left alone$/m);
  expect(said).toMatch(/^0 problems$/m);
});
