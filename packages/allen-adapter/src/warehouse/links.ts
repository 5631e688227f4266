import type { CallOptions } from "@crossprobe/core";
import type { FileLink, Warehouse } from "./warehouse.js";

/** Identifiers to look files up for. */
export interface LinkedProbe {
  readonly probe: number | string;
  readonly session: number | string;
}

/** Where one file can be fetched, or that it cannot. */
export interface SessionLink extends FileLink {
  readonly session: string;
}

export interface LfpLink extends SessionLink {
  readonly probe: string;
}

/** Questions at a time. */
const AT_A_TIME = 4;

/** The NWB file of each session, in the order given; a few are asked for at once. */
export async function* sessionLinks(
  warehouse: Warehouse,
  sessions: readonly (number | string)[],
  options: CallOptions = {},
): AsyncGenerator<SessionLink, void, void> {
  yield* inOrder(sessions, async (session) => ({
    ...(await warehouse.sessionFile(session, options)),
    session: String(session),
  }));
}

/** The LFP file of each probe, in the order given. Those that there is no file of are given with the reason. */
export async function* lfpLinks(
  warehouse: Warehouse,
  probes: readonly LinkedProbe[],
  options: CallOptions = {},
): AsyncGenerator<LfpLink, void, void> {
  yield* inOrder(probes, async ({ probe, session }) => ({
    ...(await warehouse.lfpFile(probe, options)),
    ...{ session: String(session), probe: String(probe) },
  }));
}

/** A line as the release's tutorial prints it: the address, or `file for probe 773463023 not found`. */
export function linkLine(link: SessionLink | LfpLink): string {
  if (link.url !== null) return link.url;
  return "probe" in link ? `file for probe ${link.probe} not found` : `file for session ${link.session} not found`;
}

async function* inOrder<Item, Value>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Value>,
): AsyncGenerator<Value, void, void> {
  for (let from = 0; from < items.length; from += AT_A_TIME) {
    yield* await Promise.all(items.slice(from, from + AT_A_TIME).map(ask));
  }
}
