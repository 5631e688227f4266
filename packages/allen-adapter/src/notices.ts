import type { Notice } from "@crossprobe/core";

/** Collects what was left out or repaired: one {@link Notice} a code and place, however often it happened. */
export class NoticeCounter {
  readonly #notices = new Map<string, Notice>();

  add(code: string, where: string, message: string, count = 1): void {
    if (count === 0) return;
    const key = `${code}\n${where}`;
    const known = this.#notices.get(key);
    this.#notices.set(key, { code, message, where, count: (known?.count ?? 0) + count });
  }

  list(): readonly Notice[] {
    return [...this.#notices.values()];
  }
}
