import { describe, expect, it } from "vitest";
import { releaseName } from "./release-name.js";

const origin = (dateCreated: string, ...databaseTags: string[]) => ({ dateCreated, databaseTags });

describe("releaseName", () => {
  it.each([
    ["nothing", [], [], null],
    ["a freeze", ["2023_12_bwm_release"], [], "2023_12_bwm_release"],
    ["two freezes", ["2023_12_bwm_release", "2022_10_bwm_release"], [], "2022_10_bwm_release, 2023_12_bwm_release"],
    ["a freeze beside another list", ["2023_12_bwm_release", null], [], null],
    ["a folder without tables", [], [[]], null],
    [
      "tables of one making",
      [],
      [[origin("2026-01-15 12:00", "Brainwidemap"), origin("2026-01-15 12:00", "Brainwidemap")]],
      "ONE tables of 2026-01-15 12:00 (Brainwidemap)",
    ],
    [
      "tables that were made apart, and another folder",
      [],
      [[origin("2026-02-01 08:00"), origin("2026-01-15 12:00")], [origin("2025-12-01 00:00", "b", "a")]],
      "ONE tables of 2025-12-01 00:00 (a, b), ONE tables of 2026-01-15 12:00 and 2026-02-01 08:00",
    ],
    [
      "a freeze and tables",
      ["2023_12_bwm_release"],
      [[origin("2026-01-15 12:00")]],
      "2023_12_bwm_release, ONE tables of 2026-01-15 12:00",
    ],
  ])("of %s", (_what, freezes, origins, expected) => {
    expect(releaseName({ freezes, origins })).toBe(expected);
  });
});
