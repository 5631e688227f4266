import { describe, expect, it } from "vitest";
import { QueryError } from "../errors.js";
import type { LfpRequest } from "./lfp.js";
import { checkLfpRequest } from "./lfp-request.js";
import { ref } from "./ref.js";

const PROBE = ref("memory", "probe", "p");

describe("checkLfpRequest", () => {
  it.each<LfpRequest>([{}, { time: { start: 0, stop: 1 } }, { samples: [0, 1] }, { channels: [3] }])(
    "takes %j",
    (request) => expect(checkLfpRequest(request, PROBE)).toBeUndefined(),
  );

  it.each([
    ["nothing", undefined, /memory:probe:p.*without saying what/],
    ["null", null, /without saying what/],
    ["a number", 5, /without saying what/],
    ["time and samples", { time: { start: 0, stop: 1 }, samples: [0, 1] }, /memory:probe:p.*at once/],
  ])("refuses %s", (_, request, says) => {
    const ask = () => checkLfpRequest(request as LfpRequest | undefined, PROBE);
    expect(ask).toThrow(QueryError);
    expect(ask).toThrow(says);
  });
});
