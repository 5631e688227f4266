import { z } from "zod";
import { QueryError } from "../errors.js";

export type RefKind = "session" | "probe" | "channel" | "unit";

/** An identity that can be written down. `id` is the source's own identifier; it may contain `/` and `:`. */
export interface Ref<Kind extends RefKind = RefKind> {
  readonly dataset: string;
  readonly kind: Kind;
  readonly id: string;
}
export type SessionRef = Ref<"session">;
export type ProbeRef = Ref<"probe">;
export type ChannelRef = Ref<"channel">;
export type UnitRef = Ref<"unit">;

const refOf = <Kind extends RefKind>(kind: Kind) =>
  z.strictObject({ dataset: z.string().min(1), kind: z.literal(kind), id: z.string().min(1) }).readonly();
export const sessionRefSchema = refOf("session");
export const probeRefSchema = refOf("probe");
export const channelRefSchema = refOf("channel");
export const unitRefSchema = refOf("unit");

export function ref<Kind extends RefKind>(dataset: string, kind: Kind, id: string | number): Ref<Kind> {
  return { dataset, kind, id: String(id) };
}

/** `<dataset>:<kind>:<id>`, which {@link parseRef} reads back. */
export function formatRef(value: Ref): string {
  return `${value.dataset}:${value.kind}:${value.id}`;
}

const KINDS: readonly RefKind[] = ["session", "probe", "channel", "unit"];

/** Reads `<dataset>:<kind>:<id>`; with `kind`, only that kind. @throws {@link QueryError} for anything else */
export function parseRef(text: string): Ref;
export function parseRef<Kind extends RefKind>(text: string, kind: Kind): Ref<Kind>;
export function parseRef(text: string, kind?: RefKind): Ref {
  const match = /^([^:]+):([^:]+):(.+)$/.exec(text);
  const [, dataset, found, id] = match ?? [];
  const known = KINDS.find((candidate) => candidate === found);
  if (dataset === undefined || id === undefined || known === undefined) {
    throw new QueryError(`not a reference: ${JSON.stringify(text)}`, {
      hint: "write <dataset>:<kind>:<id> with kind session, probe, channel or unit",
    });
  }
  if (kind !== undefined && known !== kind) {
    throw new QueryError(`${text} is a ${known}, not a ${kind}`, { hint: `give a ${dataset}:${kind}:… reference` });
  }
  return { dataset, kind: known, id };
}

export function isSameRef(a: Ref, b: Ref): boolean {
  return a.dataset === b.dataset && a.kind === b.kind && a.id === b.id;
}
