import type { Notice } from "@crossprobe/core";
import type { CommandContext } from "../command-context.js";
import { withLocalPaths } from "../output/local-paths.js";
import { wrapText } from "../output/table.js";

/** Says on standard error what an adapter left out, repaired or doubts. */
export function noteNotices(context: Pick<CommandContext, "io" | "note">, notices: readonly Notice[]): void {
  for (const { message, count, where } of notices) {
    context.note(wrapText(withLocalPaths(`note: ${message} (${count}, ${where})`), context.io.columns, "  "));
  }
}

/** Notices of many things: what says the same is one, counted together, and names the first place. */
export class CollectedNotices {
  readonly #byText = new Map<string, Notice>();

  add(notice: Notice): void {
    const key = `${notice.code} ${notice.message}`;
    const before = this.#byText.get(key);
    this.#byText.set(key, before === undefined ? notice : { ...before, count: before.count + notice.count });
  }

  get all(): readonly Notice[] {
    return [...this.#byText.values()];
  }
}
