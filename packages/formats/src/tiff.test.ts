import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseTiff, readTiff } from "./tiff.js";

const SCENE = new Uint8Array(
  readFileSync(new URL("../../../test/fixtures/allen-cache/natural_scene_0.tiff", import.meta.url)),
);
const store = {
  url: "memory://x/",
  size: async () => SCENE.length,
  read: async (key: string) => (key === "scene.tiff" ? SCENE : undefined),
};

describe("readTiff", () => {
  it("gives the pixels that AllenSDK reads", async () => {
    const image = await readTiff(store, "scene.tiff");
    expect(image).toMatchObject({ width: 16, height: 12, samplesPerPixel: 1, bitsPerSample: 8 });
    expect(image?.data).toBeInstanceOf(Uint8Array);
    expect(
      createHash("sha256")
        .update(Buffer.from(image?.data as Uint8Array))
        .digest("hex"),
    ).toBe("55d9366fdac74cc66096a80080fb78e23cdeb3b5202c28249abc8f94c06df8ec");
    expect(await readTiff(store, "other.tiff")).toBeUndefined();
  });

  it("says of every cut file, and of what is no TIFF, that it cannot be read", () => {
    for (let length = 0; length < SCENE.length - 15; length++) {
      expect(() => parseTiff(SCENE.slice(0, length), "x.tiff"), String(length)).toThrow(
        /^x\.tiff is no readable TIFF image/,
      );
    }
    expect(() => parseTiff(new TextEncoder().encode("<html>not here</html>"), "x.tiff")).toThrow(/is no readable TIFF/);
  });

  it("ends on any damage, with an image or its own error", () => {
    for (let at = 0; at < SCENE.length; at++) {
      for (const value of [0, 0xff, (SCENE[at] ?? 0) ^ 1]) {
        const bytes = SCENE.slice();
        bytes[at] = value;
        try {
          const { data, width, height, samplesPerPixel } = parseTiff(bytes, "x.tiff");
          expect(data.length).toBe(width * height * samplesPerPixel);
        } catch (error) {
          expect(error, `byte ${at} = ${value}`).toMatchObject({ code: "format" });
        }
      }
    }
  });
});
