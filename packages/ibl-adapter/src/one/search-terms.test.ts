import { describe, expect, it } from "vitest";
import { completeTerm, SEARCH_TERMS } from "./search-terms.js";

describe("completeTerm", () => {
  it.each(["dataset_types", "dataset_type", "datasetTypes"])(
    "refuses %s, as ONE does, and says what to ask for",
    (term) => {
      const ask = () => completeTerm(term, SEARCH_TERMS);
      expect(ask).toThrow(expect.objectContaining({ code: "query", hint: expect.stringContaining("datasets") }));
      expect(ask).toThrow("do not state the types of files");
    },
  );

  it("completes a term that begins no other", () => {
    expect(completeTerm("datasets", SEARCH_TERMS)).toBe("datasets");
    expect(() => completeTerm("dataset", SEARCH_TERMS)).toThrow("ambiguous");
  });
});
