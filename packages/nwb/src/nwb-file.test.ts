import { describe, expect, it } from "vitest";
import { array, group, MemoryHdf5File, type MemoryNode } from "../test/memory-file.js";
import { openNwb } from "./nwb-file.js";

const text = (value: string): MemoryNode => array([value], {}, []);

describe("openNwb", () => {
  it("gives the identity, and leaves out what writers fill in for nothing", async () => {
    const subject = group(
      { subject_id: text("712"), sex: text("N/A"), species: text("None"), age: text("") },
      { age_in_days: 118 },
    );
    const members = {
      identifier: text("715093703"),
      session_start_time: text("2019-01-19T00:54:18-08:00"),
      session_description: text(""),
      general: group({ subject, session_id: text("715093703") }),
    };
    const nwb = await openNwb(new MemoryHdf5File(group(members, { nwb_version: "2.2.2" })));
    expect(nwb).toMatchObject({ identifier: "715093703", sessionStartTime: "2019-01-19T00:54:18-08:00", notices: [] });
    expect(nwb.sessionDescription).toBeUndefined();
    expect(nwb.subject).toMatchObject({ subjectId: "712", attributes: new Map([["age_in_days", 118]]) });
    expect([nwb.subject?.sex, nwb.subject?.species, nwb.subject?.age]).toEqual([undefined, undefined, undefined]);
  });

  it("reports what is required and missing or unclear", async () => {
    const file = new MemoryHdf5File(group({ session_start_time: text("yesterday") }, { nwb_version: "3.0.0" }));
    const { notices } = await openNwb(file);
    expect(notices.map(({ code }) => code)).toEqual([
      "nwb-version-newer",
      "identifier-missing",
      "session-start-time-unclear",
    ]);
  });
});
