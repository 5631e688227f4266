import { fileURLToPath } from "node:url";
import { listDatasets } from "@crossprobe/ibl-adapter/one";
import { describe, expect, it } from "vitest";
import { oneAnswerCases } from "./one-answer-cases.js";
import { answersIn } from "./one-answers.js";

describe("local ONE tables, held to answers of ONE", () => {
  const answers = answersIn(fileURLToPath(new URL("../fixtures/ibl-one", import.meta.url)));
  const { open, read } = answers;

  oneAnswerCases(answers, ["current", "int-ids"], () => {
    const files = new Set(read<string[]>("files"));
    return (path) => files.has(path);
  });

  it("says when a table does not know default revisions", async () => {
    const index = await open("int-ids");
    const [eid] = index.datasets?.sessionIds ?? [];
    expect(() => listDatasets(index, eid, { defaultRevisionsOnly: true })).toThrow(/does not say which revisions/);
    expect(listDatasets(index, "11111111-2222-4333-8444-555555555555")).toEqual([]);
  });
});
