import { readFileSync } from "node:fs";
import { z } from "zod";

const manifest = z.object({ version: z.string() });

/** Version of the installed command, from its own package file. */
export function readVersion(): string {
  const url = new URL("../package.json", import.meta.url);
  return manifest.parse(JSON.parse(readFileSync(url, "utf8"))).version;
}
