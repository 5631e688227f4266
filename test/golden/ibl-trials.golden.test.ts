import {
  interTrialIntervals,
  loadTrials,
  openSession,
  type SessionFiles,
  type TrialsOptions,
} from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { cache, type ExpectedArray, expectArray, expected } from "./ibl-expected.js";
import { SHARED } from "./shared.js";

interface Calls {
  readonly calls: { case: string; returns?: { columns: Record<string, ExpectedArray> } }[];
  readonly derived: { load_iti: (number | null)[] };
}

const load = (): Calls => expected<Calls>("session_loader");

async function expectTrials(id: number, session: SessionFiles, options: TrialsOptions = {}): Promise<void> {
  const wanted = load().calls[id]?.returns?.columns ?? {};
  const { table } = await loadTrials(session, options);
  expect([...table.columns.keys()].sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, column] of Object.entries(wanted)) {
    const data = table.columns.get(name);
    expectArray(data && { data: data as ArrayLike<unknown> }, column, `${id} ${name}`);
  }
}

describe.skipIf(!SHARED)("trials as SessionLoader loads them (needs ../shared/golden)", () => {
  it("reads one table and the arrays beside it", async () => {
    await expectTrials(0, await openSession(cache(), "XP_001/2022-03-14/001"));
  });

  it("reads trials that are in single files alone", async () => {
    await expectTrials(2, await openSession(cache(), "XQ-07.b/2021-11-02/001"));
  });

  it("asks which of several tasks, and reads the one that is chosen", async () => {
    const session = await openSession(cache(), "XP_001/2022-03-15/002");
    await expect(loadTrials(session)).rejects.toThrow(/trials is there in 2 folders.*alf\/task_00/);
    await expectTrials(4, session, { collection: "alf/task_02" });
  });

  it("says where there are none", async () => {
    // There: the time stamps of the task controller alone lie in the folder; its name carries an id.
    const session = await openSession(cache(), "XZ_9/2020-01-05/001");
    await expect(loadTrials({ ...session, files: [] })).rejects.toThrow(/no trials in alf/);
    const { table } = await loadTrials(session);
    expect([...table.columns.keys()]).toEqual(["intervals_bpod"]);
  });

  it("derives the intervals between trials", async () => {
    const { table } = await loadTrials(await openSession(cache(), "XP_001/2022-03-14/001"));
    const column = (name: string) => table.columns.get(name) as Float64Array;
    const wanted = load().derived.load_iti;
    const actual = interTrialIntervals(column("intervals_0"), column("stimOff_times"));
    expectArray({ data: actual }, { type: "array", dtype: "<f8", shape: [24], values: wanted }, "iti");
  });
});
