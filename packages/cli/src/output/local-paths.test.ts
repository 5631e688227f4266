import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { withLocalPaths } from "./local-paths.js";

it("spells file URLs as paths, wherever they stand", () => {
  const path = "/data/my cache/%41/ä.npy";
  expect(withLocalPaths(`${pathToFileURL(path)} is cut (${pathToFileURL(path)}#/units)`)).toBe(
    `${path} is cut (${path}#/units)`,
  );
});

it.each(["https://a/b%20c", "file:///a%2Fb", "memory:x", "no place"])("leaves %s as it is", (text) => {
  expect(withLocalPaths(text)).toBe(text);
});
