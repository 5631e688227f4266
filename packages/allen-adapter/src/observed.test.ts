import { describe, expect, it } from "vitest";
import { NoticeCounter } from "./notices.js";
import { readObserved } from "./observed.js";

/** Two cells of the first unit, none of the second, one of the third. */
const reader = {
  path: "/units/obs_intervals",
  cellShape: [2],
  read: async () => ({
    values: Float64Array.of(0, 10, 12, 20, 5, 6),
    offsets: Uint32Array.of(0, 2, 2, 3),
    cellShape: [2],
  }),
};

describe("readObserved", () => {
  it("gives each unit its intervals, and null to one without", async () => {
    expect(await readObserved(reader, [4, 5, 6], new NoticeCounter())).toEqual([
      [
        { start: 0, stop: 10 },
        { start: 12, stop: 20 },
      ],
      null,
      [{ start: 5, stop: 6 }],
    ]);
  });

  it("says nothing where the file does not", async () => {
    expect(await readObserved(undefined, [1, 2], new NoticeCounter())).toEqual([null, null]);
  });

  it("leaves out what is no pair, and says so", async () => {
    const notices = new NoticeCounter();
    expect(await readObserved({ ...reader, cellShape: [] }, [4], notices)).toEqual([null]);
    expect(notices.list()).toMatchObject([{ code: "observed-unreadable", where: reader.path }]);
  });
});
