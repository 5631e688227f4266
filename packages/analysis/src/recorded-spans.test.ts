import { ref, type SpikeTable } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { isRecorded, recordedSpans, secondsBeyond } from "./recorded-spans.js";

const span = (start: number, stop: number) => ({ start, stop });

function table(observed: SpikeTable["observed"][number], coverage: SpikeTable["coverage"]): SpikeTable {
  return {
    probe: ref("x", "probe", "p"),
    units: [ref("x", "unit", "u")],
    times: new Float64Array(0),
    offsets: Uint32Array.of(0, 0),
    amplitudesV: null,
    observed: [observed],
    coverage,
    provenance: [],
    notices: [],
  };
}

describe("recorded spans", () => {
  it("are what the source states, else first to last spike of the probe, else unknown", () => {
    const coverage = { first: 1, last: 9 };
    const stated = [span(4, 6), span(0, 2), span(1, 3)];
    expect(recordedSpans(table(stated, coverage), 0)).toEqual({ spans: [span(0, 3), span(4, 6)], isClosed: false });
    expect(recordedSpans(table([], coverage), 0)).toEqual({ spans: [span(1, 9)], isClosed: true });
    expect(recordedSpans(table(null, null), 0)).toBeNull();
  });

  it("hold an interval that begins at the last spike, not one that begins where observation stops", () => {
    expect(isRecorded(span(9, 10), { spans: [span(1, 9)], isClosed: true })).toBe(true);
    expect(isRecorded(span(9, 10), { spans: [span(1, 9)], isClosed: false })).toBe(false);
    expect(isRecorded(span(0, 1), { spans: [span(1, 9)], isClosed: true })).toBe(false);
    expect(isRecorded(span(3, 4), { spans: [span(1, 3), span(4, 9)], isClosed: false })).toBe(false);
  });

  it("leave over the seconds before, between and after", () => {
    expect(secondsBeyond(span(0, 12), { spans: [span(1, 3), span(4, 9)], isClosed: false })).toBe(5);
    expect(secondsBeyond(span(2, 3), { spans: [span(1, 9)], isClosed: true })).toBe(0);
  });
});
