import { describe, expect, it } from "vitest";
import { array, group, link, MemoryHdf5File, type MemoryNode } from "../test/memory-file.js";
import { summarizeNwb } from "./summary.js";

const ROOT = { nwb_version: "2.7.0", neurodata_type: "NWBFile", namespace: "core" };
const regular = array(Float64Array.of(1), { rate: 10 }, []);

describe("summarizeNwb", () => {
  it("lists tables and series, and goes on past what cannot be read", async () => {
    const members: Record<string, MemoryNode> = {
      good: group({ data: array(new Int16Array(6), { unit: "V" }, [3, 2]), starting_time: regular }),
      broken: group(
        { data: link("/nowhere"), starting_time: regular },
        { namespace: "ndx-x", neurodata_type: "XSeries" },
      ),
      table: group({ id: array(new Float64Array(2)), a: array(["p", "q"]) }, { colnames: ["a", "b"] }),
    };
    const summary = await summarizeNwb(new MemoryHdf5File(group(members, ROOT)));
    expect(summary.series).toMatchObject([
      { path: "/good", shape: [3, 2], type: "int16", unit: "V", rate: 10, startTime: 1 },
    ]);
    expect(summary.tables).toMatchObject([{ path: "/table", rowCount: 2 }]);
    expect(summary.tables[0]?.columns).toEqual([
      { name: "a", type: "string", raggedDepth: 0 },
      { name: "b", type: null, raggedDepth: 0 },
    ]);
    expect(summary.problems.map(({ path }) => path)).toEqual(["/broken", "/table/b"]);
    expect(summary.extensions).toEqual([{ name: "ndx-x", isCached: false }]);
  });

  it("comes to an end in a file whose groups contain themselves", async () => {
    const members: Record<string, MemoryNode> = {};
    const loop = group(members);
    members.again = loop;
    members.andAgain = loop;
    const summary = await summarizeNwb(new MemoryHdf5File(group({ loop }, ROOT)));
    expect(summary.notices.map(({ code }) => code)).toContain("walk-cut");
  });
});
