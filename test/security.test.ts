import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(ROOT, "docs", "security.md"), "utf8");

/** Rows of the page's tables, as file and title of the test. */
const rows = [...page.matchAll(/\| `([^`]+)`: (.+) \|$/gm)].map(([, file = "", title = ""]) => ({ file, title }));

describe("docs/security.md", () => {
  it.each(rows)("$file: $title", ({ file, title }) => {
    const path = join(ROOT, file.startsWith("test/") ? file : `packages/${file}`);
    expect(existsSync(path), file).toBe(true);
    expect(readFileSync(path, "utf8")).toContain(`"${title}"`);
  });

  it("names a test in every line", () => {
    const lines = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| threat"));
    expect(rows.length).toBe(lines.length);
    expect(rows.length).toBeGreaterThan(20);
  });
});

describe("sources", () => {
  it("nothing turns the verification of certificates off", () => {
    const files = readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" }).filter((name) =>
      /^[^/\\]+[/\\]src[/\\].*\.ts$/.test(name),
    );
    expect(files.length).toBeGreaterThan(100);
    const off = /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/;
    expect(files.filter((name) => off.test(readFileSync(join(ROOT, "packages", name), "utf8")))).toEqual([]);
  });
});
