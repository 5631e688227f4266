import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../scripts/fuzz-lfpack.mjs", import.meta.url));

describe("LFPack archives with damage drawn from a seed", () => {
  it("gives typed errors or finite samples, those of the sound file where nothing was damaged, and closes what it opened", async () => {
    // Rejects where the script exits with 1, with what it listed.
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      "lfpack",
      "--cases",
      "150",
      "--seed",
      "9001",
    ]);
    expect(stdout).toContain("150 cases from seed 9001");
    expect(stdout).toContain("0 offenders, 0 hangs, 0 crashes");
    // Both outcomes are common: damage is neither always fatal nor always harmless.
    const [answered = 0, refused = 0] = stdout.match(/\d+(?= calls answered|(?: refused))/g)?.map(Number) ?? [];
    expect(Math.min(answered, refused)).toBeGreaterThan(100);
  }, 60_000);

  // Damage to the last chunk of a recording, for which the others were refused once: its object, and the node that lists it.
  it.each([61000201, 61000613])(
    "reads the chunks beside a damaged last one (case %i)",
    async (seed) => {
      const { stdout } = await promisify(execFile)(process.execPath, [script, "lfpack", "--only", String(seed)]);
      expect(stdout).toContain("0 offenders, 0 hangs, 0 crashes");
    },
    60_000,
  );
});
