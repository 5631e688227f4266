import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkWritable, writeFiles, writeStreamed } from "./write-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "crossprobe-write-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const everything = () => readdirSync(folder, { recursive: true }).map(String).sort();

describe("writeFiles", () => {
  it("writes text and bytes into folders that it makes, over what was there", async () => {
    writeFileSync(join(folder, "a.txt"), "before");
    await writeFiles(
      new Map<string, string | Uint8Array>([
        [join(folder, "a.txt"), "after"],
        [join(folder, "deep/er/b.bin"), Uint8Array.of(1, 2)],
      ]),
    );
    expect(everything()).toEqual(["a.txt", "deep", "deep/er", "deep/er/b.bin"]);
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("after");
    expect([...readFileSync(join(folder, "deep/er/b.bin"))]).toEqual([1, 2]);
  });

  it("replaces the beginning of a file that was written piece by piece", async () => {
    const path = join(folder, "a.bin");
    await writeStreamed([path], async (write) => {
      await write(path, Uint8Array.of(0, 0, 3));
      await write(path, Uint8Array.of(4));
      await write(path, Uint8Array.of(1, 2), 0);
    });
    expect([...readFileSync(path)]).toEqual([1, 2, 3, 4]);
  });

  it("leaves neither files nor folders behind when one cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "taken"));
    for (const bad of ["file/b.txt", "taken"]) {
      const files = new Map([
        [join(folder, "new/deep/a.txt"), "a"],
        [join(folder, bad), "b"],
      ]);
      await expect(writeFiles(files)).rejects.toMatchObject({ code: "store", url: join(folder, bad) });
      expect(everything()).toEqual(["file", "taken"]);
    }
  });
});

describe("checkWritable", () => {
  it("leaves no trace where one can write", async () => {
    await checkWritable([join(folder, "a.txt"), join(folder, "new/deep/b.txt")]);
    expect(everything()).toEqual([]);
  });

  it("refuses a folder of that name, and a file on the way", async () => {
    mkdirSync(join(folder, "taken"));
    writeFileSync(join(folder, "file"), "");
    await expect(checkWritable([join(folder, "taken")])).rejects.toThrow(/cannot write .*taken: there is a folder/);
    await expect(checkWritable([join(folder, "file/x/y.txt")])).rejects.toThrow(/file is no folder/);
  });
});
