import { describe, expect, it } from "vitest";
import { codecCaveats } from "./codec-caveats.js";

type Meta = Parameters<typeof codecCaveats>[0];

function codes(alpha: number, formatVersion: 1 | 2, processing: Readonly<Record<string, unknown>> | null): string[] {
  const writer = { lfpackVersion: null, lfpackCommit: null, iblNeuropixelVersion: null, processing };
  return codecCaveats({ alpha, formatVersion, writer } as Meta).map(({ code }) => code);
}

describe("codecCaveats", () => {
  it.each<[string, string[], string[]]>([
    ["nothing was thresholded or denoised", codes(0, 2, { cadzow: null }), []],
    ["thresholded only", codes(7, 2, { cadzow: null }), ["high-frequencies-thresholded"]],
    [
      "denoised with hard ranks",
      codes(0, 2, { cadzow: { rank: 5, shrinkage: null } }),
      ["csd-seams", "slow-channel-outliers"],
    ],
    ["denoised with shrinkage", codes(0, 2, { cadzow: { rank: 5, shrinkage: 2.25 } }), ["slow-channel-outliers"]],
    [
      "an archive that does not say",
      codes(7, 2, null),
      ["high-frequencies-thresholded", "csd-seams", "slow-channel-outliers"],
    ],
    ["format 1, before the seams", codes(28, 1, null), ["high-frequencies-thresholded", "slow-channel-outliers"]],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it("says whether the file states its processing", () => {
    const writer = { lfpackVersion: null, lfpackCommit: null, iblNeuropixelVersion: null, processing: null };
    const messages = codecCaveats({ alpha: 7, formatVersion: 2, writer } as Meta).map(({ message }) => message);
    expect(messages.slice(1).every((message) => message.includes("does not say"))).toBe(true);
  });
});
