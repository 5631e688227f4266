import { expect, it } from "vitest";
import { describeBytes } from "./sniff.js";

it.each([
  [[], "an empty file"],
  [[0, 0, 0], "nothing but zero bytes"],
  [[0x1f, 0x8b, 8], "gzip data"],
  [[0x50, 0x4b, 3, 4], "a zip archive"],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1], "an npy array"],
  [[0x50, 0x41, 0x52, 0x31], "a Parquet table"],
  [[0x43, 0x44, 0x46, 1], "netCDF 3 (classic)"],
  [[0xde, 0xad, 0xbe, 0xef], "bytes that begin with de ad be ef"],
])("%j looks like %s", (bytes, kind) => {
  expect(describeBytes(Uint8Array.from(bytes))).toBe(kind);
});

it.each([
  ["\n <!DOCTYPE HTML>", "an HTML page"],
  ["<html lang=en>", "an HTML page"],
  ["<?xml version='1.0'?>", "XML"],
  ['{"error": 404}', "JSON"],
  ["MATLAB 5.0 MAT-file, Platform", "a MATLAB 5 file"],
  ["version https://git-lfs.github.com/spec/v1", "a git-annex or Git LFS pointer"],
  ["hello", 'text that begins with "hello"'],
])("%j looks like %s", (text, kind) => {
  expect(describeBytes(new TextEncoder().encode(text))).toBe(kind);
});
