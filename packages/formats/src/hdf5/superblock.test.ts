import { describe, expect, it } from "vitest";
import { fixture } from "../../test/hdf5-stores.js";
import { findSuperblock } from "./superblock.js";

describe("findSuperblock", () => {
  it.each([
    ["layouts-earliest.h5", 0, 0],
    ["layouts-latest.h5", 3, 0],
    ["user-block.h5", 0, 1024],
  ])("%s is of version %i, at %i, and as long as it says", (name, version, offset) => {
    const bytes = fixture(name);
    expect(findSuperblock(bytes)).toEqual({ offset, version, endOfFile: bytes.length });
  });

  /** The four bytes of version 1 move everything after them. Source: File Format Specification 3.0, II.A, version 1. */
  it("finds the end in version 1 four bytes later", () => {
    const bytes = new Uint8Array(96);
    bytes.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 1, 0, 0, 0, 0, 8, 8]);
    new DataView(bytes.buffer).setBigUint64(44, 123_456_789_012n, true);
    expect(findSuperblock(bytes)).toMatchObject({ version: 1, endOfFile: 123_456_789_012 });
  });

  it("knows addresses of four bytes, and an undefined one", () => {
    const bytes = new Uint8Array(96);
    bytes.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 4, 4]);
    new DataView(bytes.buffer).setUint32(20, 4321, true);
    expect(findSuperblock(bytes)?.endOfFile).toBe(4321);
    bytes.fill(0xff, 20, 24);
    expect(findSuperblock(bytes)?.endOfFile).toBeUndefined();
  });

  it("is not found elsewhere", () => {
    const moved = new Uint8Array(4096);
    moved.set(fixture("layouts-latest.h5").subarray(0, 100), 700);
    expect(findSuperblock(moved)).toBeUndefined();
    expect(findSuperblock(new Uint8Array(3))).toBeUndefined();
  });
});
