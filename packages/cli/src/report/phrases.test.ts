import { describe, expect, it } from "vitest";
import { counted, countedRefs, lengthText, spansText } from "./phrases.js";

describe("phrases", () => {
  it("count in the singular and the plural", () => {
    expect([counted(0, "onset"), counted(1, "onset"), counted(2, "onset")]).toEqual([
      "0 onsets",
      "1 onset",
      "2 onsets",
    ]);
    expect(countedRefs(["a:session:1", "a:probe:1", "a:probe:2"])).toBe("1 session and 2 probes");
  });

  it("name a few spans, each once", () => {
    const span = (stop: number) => ({ start: 0, stop });
    expect(spansText([span(75.204), span(75.2), span(100)])).toBe("0 to 75.2 s, 0 to 100 s");
    expect(spansText([1, 2, 3, 4, 5].map(span))).toMatch(/, 0 to 4 s and 1 other span$/);
  });

  it("give one length where all are equal", () => {
    expect([lengthText({ least: 296, most: 296.001 }), lengthText({ least: 3, most: 6 })]).toEqual([
      "296 s",
      "3 to 6 s",
    ]);
  });
});
