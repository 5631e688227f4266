import { CAMERAS, type ExtractionRule, STANDARD_PROBES, STANDARD_RUNS } from "./extraction-rules.js";
import { chooseSorting, type RegisteredFiles } from "./registered-files.js";
import type { RunEvidence, SessionEvidence } from "./session-evidence.js";

/** What a rule is asked of. */
export interface Slot {
  /** What stands for the names in braces. */
  readonly names: Readonly<Record<string, string>>;
  /** Why the slot is empty; undefined for one that is there. */
  readonly empty?: { readonly reason: "noInsertion" | "noRun" | "unknown"; readonly detail: string };
  /** Raw collection, of runs. */
  readonly raw?: string | null;
}

/** Puts the slot's names in place of those in braces; one that the slot does not have leaves nothing. */
export function fill(template: string, { names }: Slot): string {
  return template.replace(/\{(\w+)\}/gu, (_, name: string) => names[name] ?? "");
}

/** Rules that stand together and are asked of the same slots. */
export function blocksOf(rules: readonly ExtractionRule[]): ExtractionRule[][] {
  const blocks: ExtractionRule[][] = [];
  for (const rule of rules) {
    const [last] = blocks.at(-1) ?? [];
    if (last?.group === rule.group && last.slot === rule.slot) blocks.at(-1)?.push(rule);
    else blocks.push([rule]);
  }
  return blocks;
}

export function slotsOf(
  [rule]: readonly ExtractionRule[],
  evidence: SessionEvidence,
  files: RegisteredFiles,
): readonly Slot[] {
  if (rule === undefined) return [];
  if (rule.slot === "session") return [{ names: {} }];
  if (rule.slot === "camera") {
    return CAMERAS.map((camera) => ({ names: { camera, Camera: camera.replace(/^./u, (c) => c.toUpperCase()) } }));
  }
  if (rule.slot === "probe") return probeSlots(evidence, files);
  if (rule.slot === "task") return [runSlot("", evidence.taskRuns, 0, "task")];
  const count = typeof evidence.passiveRuns === "string" ? 0 : evidence.passiveRuns.length;
  const names = [...STANDARD_RUNS, ...numbered("run", STANDARD_RUNS.length, count)];
  return names.map((name, place) => runSlot(name, evidence.passiveRuns, place, "passive"));
}

const numbered = (stem: string, from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => `${stem}${from + i + 1}`);

function runSlot(name: string, runs: readonly RunEvidence[] | string, place: number, what: string): Slot {
  if (typeof runs === "string") return { names: { run: name }, empty: { reason: "unknown", detail: runs } };
  const run = runs[place];
  if (run !== undefined) return { names: { run: name, alf: run.alf }, raw: run.raw };
  const detail = `the session has ${runs.length === 0 ? "no" : `only ${runs.length}`} ${what} run`;
  return { names: { run: name }, empty: { reason: "noRun", detail } };
}

function probeSlots({ probes }: SessionEvidence, files: RegisteredFiles): readonly Slot[] {
  const known = new Set(probes.map(({ label }) => label));
  const labels = [...new Set([...STANDARD_PROBES, ...known])].sort();
  return labels.map((probe): Slot => {
    if (!known.has(probe)) {
      return { names: { probe }, empty: { reason: "noInsertion", detail: `the session has no insertion ${probe}` } };
    }
    const sorting = chooseSorting(probe, files);
    return { names: { probe, sorter: sorting?.sorter ?? "", sorting: sorting?.collection ?? "" } };
  });
}
