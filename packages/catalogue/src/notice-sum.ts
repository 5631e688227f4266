import type { Notice } from "@crossprobe/core";

/** Notices of many tables: equal ones of one file become one, their counts added. */
export class NoticeSum {
  readonly #sums = new Map<string, Notice>();

  constructor(notices: readonly Notice[] = []) {
    this.add(notices);
  }

  add(notices: readonly Notice[]): void {
    for (const notice of notices) {
      const key = `${notice.code}\n${notice.where}`;
      const known = this.#sums.get(key);
      this.#sums.set(key, known === undefined ? notice : { ...notice, count: known.count + notice.count });
    }
  }

  /** In order of code and place, with those of `more` that are about nothing else here. */
  list(more: readonly Notice[] = []): readonly Notice[] {
    const all = new Map(more.map((notice) => [`${notice.code}\n${notice.where}`, notice]));
    for (const [key, notice] of this.#sums) all.set(key, notice);
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, notice]) => notice);
  }
}
