import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../scripts/build-kernels.mjs", import.meta.url));

it("the committed kernels are what their source compiles to, byte by byte", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, "--check"]);
  expect(stdout).toContain("as assembly/lfpack-kernels.ts compiles to");
}, 60_000);
