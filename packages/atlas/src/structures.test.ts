import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ONTOLOGY } from "./structures.generated.js";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe("structures.generated.ts", () => {
  it("is what the generator makes of the data, byte for byte", () => {
    const made = execFileSync(process.execPath, [at("../scripts/generate.mjs"), "--stdout"], { maxBuffer: 1e7 });
    expect(made.equals(readFileSync(at("./structures.generated.ts")))).toBe(true);
  });

  it("comes from the data that the README describes", () => {
    const digest = createHash("sha256")
      .update(readFileSync(at("../data/ccf-structures.tsv")))
      .digest("hex");
    const readme = readFileSync(at("../data/README.md"), "utf8");
    expect(readme).toContain(digest);
    expect(ONTOLOGY.sha256).toBe(digest);
    const [, commit = "no commit"] = /iblatlas ([0-9a-f]{40})$/.exec(ONTOLOGY.version) ?? [];
    expect(readme).toContain(commit);
  });
});
