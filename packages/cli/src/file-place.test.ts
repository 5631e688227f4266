import { MemoryStore } from "@crossprobe/storage";
import { describe, expect, it } from "vitest";
import { openFilePlace } from "./file-place.js";

const stores = { open: (url: string) => new MemoryStore(url, {}) };

describe("the place of a file", () => {
  it.each([
    ["https://data.example.org/a/b.h5", "https://data.example.org/a/", "b.h5"],
    ["s3://bucket/b%20c%23.h5", "s3://bucket/", "b c#.h5"],
    ["file:///data/100%25.npy", "file:///data/", "100%.npy"],
  ])("%s", (url, folder, key) => {
    const place = openFilePlace(url, stores);
    expect([place.store.url, place.key]).toEqual([folder, key]);
  });

  it.each(["?signature=hidden", "#hidden", "?hidden#hidden"])("takes no %s, and does not repeat it", (rest) => {
    const open = () => openFilePlace(`https://data.example.org/b.h5${rest}`, stores);
    expect(open).toThrow(/^https:\/\/data\.example\.org\/b\.h5 was given with a query or a fragment/);
    expect(open).not.toThrow(/hidden/);
  });

  it("takes no % that stands for itself", () => {
    expect(() => openFilePlace("https://data.example.org/100%.npy", stores)).toThrow(/is no address/);
  });
});
