import type { Notice } from "@crossprobe/core";

/** What came with the tables of a probe: places in the list of all notices, and how many of each. */
export type NoticeShares = readonly (readonly [place: number, count: number])[];

/** Notices of many tables: equal ones become one, their counts added. Keeps which probe brought how many. */
export class NoticeSum {
  readonly #sums = new Map<string, Notice>();
  readonly #shares = new Map<string, Map<string, number>>();

  /** @param probe id of the probe whose tables they came with; none for those of the dataset itself */
  add(notices: readonly Notice[], probe?: string): void {
    for (const notice of notices) {
      const { code, where, message, count } = notice;
      const key = `${code}\n${where}\n${message}`;
      this.#sums.set(key, { ...notice, count: count + (this.#sums.get(key)?.count ?? 0) });
      if (probe === undefined) continue;
      const shares = this.#shares.get(probe) ?? new Map<string, number>();
      shares.set(key, count + (shares.get(key) ?? 0));
      this.#shares.set(probe, shares);
    }
  }

  /** In order of code and place. */
  list(): readonly Notice[] {
    return this.#keys().flatMap((key) => this.#sums.get(key) ?? []);
  }

  /** By probe; places are those of {@link list}. */
  sharesByProbe(): Readonly<Record<string, NoticeShares>> {
    const places = new Map(this.#keys().map((key, place) => [key, place]));
    const shares = [...this.#shares].map(([probe, counts]): [string, NoticeShares] => [
      probe,
      [...counts].map(([key, count]) => [places.get(key) ?? 0, count] as const).sort(([a], [b]) => a - b),
    ]);
    return Object.fromEntries(shares);
  }

  #keys(): readonly string[] {
    return [...this.#sums.keys()].sort();
  }
}
