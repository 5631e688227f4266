/**
 * What is known of a row and a place: `in`, `out`, `indeterminate` where the label is coarser than the question (`TH` when asked for
 * `LP`), `unregistered` where there is no label or position at all. None of the last two means "out".
 */
export const MEMBERSHIPS = ["in", "out", "indeterminate", "unregistered"] as const;
export type Membership = (typeof MEMBERSHIPS)[number];

/** How many rows have each membership. Together they are every row that was asked about. */
export type MembershipCounts = Readonly<Record<Membership, number>>;

/**
 * Which rows an answer has: `strict` only those that are in, `possible` also those that may be, each saying which it is. A row without
 * registration is in neither: it is counted.
 */
export const POLICIES = ["strict", "possible"] as const;
export type MembershipPolicy = (typeof POLICIES)[number];

/**
 * Truth of a condition for one row, as a small number for columns of them. `unmeasured` is a condition on a value that the row does not
 * have: no answer has such a row, whatever is known of its place, and `not` does not let it in. Of the unknown ones a higher number says
 * less.
 */
export const TRUTH = { out: 0, in: 1, indeterminate: 2, unregistered: 3, unmeasured: 4 } as const;
export type Truth = (typeof TRUTH)[keyof typeof TRUTH];

/** Out wins over everything; of two things unknown, the one that says least is told. */
export function bothTrue(a: number, b: number): number {
  if (a === TRUTH.out || b === TRUTH.out) return TRUTH.out;
  return Math.max(a, b);
}

/** In wins over everything; of two things unknown, the one that says least is told. */
export function eitherTrue(a: number, b: number): number {
  if (a === TRUTH.in || b === TRUTH.in) return TRUTH.in;
  return Math.max(a, b);
}

/** What is unknown stays unknown. */
export function notTrue(a: number): number {
  if (a === TRUTH.out) return TRUTH.in;
  return a === TRUTH.in ? TRUTH.out : a;
}
