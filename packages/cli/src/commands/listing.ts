import {
  formatRef,
  isSameRef,
  NotFoundError,
  type ProbeInsertion,
  type ProbeRef,
  type Ref,
  type Session,
} from "@crossprobe/core";
import type { CommandContext } from "../command-context.js";
import { Progress } from "../output/progress.js";
import type { RowGroup } from "../output/table.js";
import type { Scope } from "./scope.js";

/**
 * Sessions of the scope, in the order of the sources.
 *
 * @throws {@link NotFoundError} naming a session of the scope that is not there
 */
export async function listSessions({ hub, io }: CommandContext, scope: Scope): Promise<readonly Session[]> {
  const sessions: Session[] = [];
  const datasets = new Set((scope.dataset ?? []).map((id) => hub.dataset(id).id));
  const wanted = scope.session ?? [];
  for (const { dataset } of wanted) hub.dataset(dataset);
  for (const { id } of hub.datasets()) {
    if (datasets.size > 0 && !datasets.has(id)) continue;
    const filter = { dataset: id, ...(wanted.length > 0 && { refs: wanted }) };
    for await (const session of hub.sessions(filter, { signal: io.signal })) sessions.push(session);
  }
  const missing = wanted.find((ref) => !sessions.some((session) => isSameRef(session.ref, ref)));
  if (missing !== undefined) {
    const where = datasets.size > 0 ? `the sources of ${[...datasets].join(" and ")}` : "the sources";
    throw new NotFoundError(`no session ${formatRef(missing)} in ${where}`, {
      hint: "list them with crossprobe sessions",
    });
  }
  return sessions;
}

/** Probes of the scope. A session whose probes cannot be read is reported and left out. */
export async function listProbes(context: CommandContext, scope: Scope): Promise<readonly ProbeInsertion[]> {
  const probes: ProbeInsertion[] = [];
  for (const session of await listSessions(context, scope)) {
    try {
      probes.push(...(await context.hub.probes(session.ref, { signal: context.io.signal })));
    } catch (error) {
      context.fail(formatRef(session.ref), error);
    }
  }
  return probes;
}

/**
 * Probes whose tables a listing must read: those named, each once, else every one of the scope.
 *
 * @throws {@link NotFoundError} for a probe outside the sessions or datasets that are named beside it
 */
export async function probesInScope(context: CommandContext, scope: Scope): Promise<readonly ProbeRef[]> {
  const { probe: named, ...rest } = scope;
  const isWide = rest.session === undefined && rest.dataset === undefined;
  const listed = named !== undefined && isWide ? [] : (await listProbes(context, rest)).map(({ ref }) => ref);
  if (named === undefined) return listed;
  const outside = isWide ? undefined : named.find((probe) => !listed.some((other) => isSameRef(other, probe)));
  if (outside !== undefined) {
    throw new NotFoundError(`no probe ${formatRef(outside)} in the sessions and datasets that are named beside it`, {
      hint: "leave out --session and --dataset",
    });
  }
  return named.filter((probe, index) => named.findIndex((other) => isSameRef(other, probe)) === index);
}

/**
 * Reads something of each probe in turn. One that cannot be read is reported and left out; a single one, or all, is a failure.
 *
 * @throws {@link NotFoundError} when none of several could be read; what reading threw when there was one
 */
export async function readEach(
  context: CommandContext,
  probes: readonly ProbeRef[],
  read: (probe: ProbeRef) => Promise<void>,
): Promise<void> {
  let failures = 0;
  const progress = new Progress(context.io);
  for (const [index, probe] of probes.entries()) {
    progress.update("probes read:", index, probes.length);
    try {
      await read(probe);
    } catch (error) {
      progress.end();
      if (probes.length === 1) throw error;
      context.fail(formatRef(probe), error);
      failures++;
    }
  }
  progress.end();
  if (failures > 0 && failures === probes.length) {
    throw new NotFoundError(`none of ${failures} probes could be read`, { hint: "see the errors above" });
  }
}

/** `n` by dataset, for the `counts` of a listing. */
export function countByDataset<Row extends { readonly ref: { readonly dataset: string } }>(
  rows: readonly Row[],
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { ref } of rows) counts[ref.dataset] = (counts[ref.dataset] ?? 0) + 1;
  return counts;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * What the references of a probe's rows begin with, and each without it: the rows of a table then stay short, and heading and
 * cell together are the reference.
 */
export function splitRef(ref: Ref): { readonly stem: string; readonly rest: string } {
  const text = formatRef(ref);
  const cut = Math.max(text.lastIndexOf("/"), text.lastIndexOf(":")) + 1;
  return { stem: text.slice(0, cut), rest: text.slice(cut) };
}

/** Heading above a probe's rows: how their references begin, and the probe where that does not tell it. */
export function probeHeading(ref: Ref, probe: ProbeRef, ...more: readonly string[]): string {
  const { stem } = splitRef(ref);
  return [`${stem}…`, ...(stem.includes(probe.id) ? [] : [formatRef(probe)]), ...more].join("  ");
}

/** Consecutive rows with the same heading, together. */
export function groupRows<Row>(
  rows: readonly Row[],
  heading: (row: Row) => string,
  cells: (row: Row) => readonly string[],
): readonly RowGroup[] {
  const groups: { heading: string; rows: (readonly string[])[] }[] = [];
  for (const row of rows) {
    const own = heading(row);
    if (groups.at(-1)?.heading !== own) groups.push({ heading: own, rows: [] });
    groups.at(-1)?.rows.push(cells(row));
  }
  return groups;
}
