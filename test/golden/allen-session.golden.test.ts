import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OLD_TOPICS, openOldSubject } from "./allen-session-2019.js";
import { BARE_TOPICS } from "./allen-session-bare.js";
import { openSubject, type Subject, type Topic } from "./allen-session-subject.js";
import { TOPICS } from "./allen-session-topics.js";
import { SHARED } from "./shared.js";

const SESSIONS = [900000001, 900000002, 900000004] as const;
const ALL_TOPICS = [...TOPICS, ...BARE_TOPICS, ...OLD_TOPICS];

type Outcome = "equal" | "deviates";

/** Whether a topic is met in one session. A difference must be exactly the one that the topic's reason explains. */
async function outcomeOf(topic: Topic, subject: Subject): Promise<Outcome> {
  const comparison = await topic.compare(subject);
  if (!comparison || isDeepStrictEqual(comparison.ours, comparison.theirs)) return "equal";
  const wanted = "repaired" in comparison ? comparison.repaired : comparison.theirs;
  expect(comparison.ours, `${topic.name} of session ${subject.id}`).toEqual(wanted);
  return "deviates";
}

/** The rows of the table in the README, from what was found. */
function parityRows(outcomes: ReadonlyMap<string, readonly Outcome[]>): readonly string[] {
  return ALL_TOPICS.map(({ name, reason }) => {
    const found = outcomes.get(name) ?? [];
    const deviating = SESSIONS.filter((_, i) => found[i] === "deviates").map((id) => id - 900_000_000);
    const inSome = deviating.length === found.length ? "" : ` (session ${deviating.join(", ")})`;
    return `| ${name} | ${deviating.length === 0 ? "equal" : `deviates${inSome}: ${reason}`} |`;
  });
}

function readmeRows(): readonly string[] {
  const path = fileURLToPath(new URL("../../packages/allen-adapter/README.md", import.meta.url));
  const section = readFileSync(path, "utf8").split("<!-- parity -->")[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((line) => line.replace(/ +/g, " "));
}

describe.skipIf(!SHARED)("Allen session files against AllenSDK (run where ../shared lies beside the checkout)", () => {
  let subjects: readonly Subject[] = [];
  let old: readonly Subject[] = [];
  const outcomes = new Map<string, readonly Outcome[]>();
  beforeAll(async () => {
    subjects = await Promise.all(SESSIONS.map(openSubject));
    old = [await openOldSubject()];
  });
  afterAll(async () => {
    for (const { session } of [...subjects, ...old]) await session.close();
  });

  it.each(ALL_TOPICS.map((topic) => [topic.name, topic] as const))("%s", async (name, topic) => {
    const found: Outcome[] = [];
    for (const subject of OLD_TOPICS.includes(topic) ? old : subjects) found.push(await outcomeOf(topic, subject));
    outcomes.set(name, found);
    const hasReason = topic.reason !== undefined;
    expect(found.includes("deviates"), "a reason is given exactly where something deviates").toBe(hasReason);
  });

  it("found what the table of the README says", () => {
    expect(outcomes.size).toBe(ALL_TOPICS.length);
    expect(readmeRows()).toEqual(parityRows(outcomes));
  });
});
