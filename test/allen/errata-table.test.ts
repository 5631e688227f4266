import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { isErratumId, listErrata } from "@crossprobe/allen-adapter/errata";
import { describe, expect, it } from "vitest";

const README = fileURLToPath(new URL("../../packages/allen-adapter/README.md", import.meta.url));

function tableOfReadme(): string[][] {
  const [, table = ""] =
    /<!-- errata: begin -->\n([\s\S]*?)<!-- errata: end -->/.exec(readFileSync(README, "utf8")) ?? [];
  return table
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

describe("the known defects", () => {
  it("are in the README as the registry has them", () => {
    const [header, , ...rows] = tableOfReadme();
    expect(header).toEqual(["id", "what is wrong", "where", "reported by", "done", "with the entry off"]);
    expect(rows).toEqual(
      listErrata().map(
        ({ id, title, file, generation, place, citation, action, appliedBy, isOnByDefault, whenOff }) => [
          `\`${id}\``,
          title,
          `${file} (${generation}): ${place}`,
          citation,
          `${action}: ${appliedBy.length > 0 ? appliedBy.join(", ") : "by name"}${isOnByDefault ? "" : "; off unless asked for"}`,
          whenOff,
        ],
      ),
    );
  });

  it("are refused under a name that none has, with the names there are", () => {
    expect(isErratumId("duplicate-spikes")).toBe(true);
    const choice = { "duplicate-spike": true } as object;
    expect(() => allen({ caches: ["file:///data/"], errata: choice })).toThrow(/duplicate-spike/);
  });
});
