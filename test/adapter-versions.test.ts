import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { allen } from "@crossprobe/allen-adapter";
import { ibl } from "@crossprobe/ibl-adapter";
import { describe, expect, it } from "vitest";

const PACKAGES = fileURLToPath(new URL("../packages", import.meta.url));

/** What adapters say of their version; what was read with one is read again with another. */
describe("the version that an adapter states", () => {
  const names = readdirSync(PACKAGES).filter((name) => name.endsWith("-adapter"));

  it.each(names)("of %s is that of its manifest", async (name) => {
    const manifest: { version: string } = JSON.parse(readFileSync(`${PACKAGES}/${name}/package.json`, "utf8"));
    const { VERSION } = (await import(pathToFileURL(`${PACKAGES}/${name}/src/version.ts`).href)) as { VERSION: string };
    expect(VERSION).toBe(manifest.version);
  });

  it("is the plugin's", () => {
    const plugins = [ibl({ sources: ["memory://one/"] }), allen({ caches: ["memory://cache/"] })];
    for (const { id, version } of plugins) {
      const manifest = readFileSync(`${PACKAGES}/${id}-adapter/package.json`, "utf8");
      expect(manifest, id).toContain(`"version": "${version}"`);
    }
  });
});
