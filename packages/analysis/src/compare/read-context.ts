import type { Journal } from "./journal.js";
import type { CompareHub, CompareProgress, CompareSettings } from "./options.js";

/** What every step of reading a session is told. */
export interface ReadContext {
  readonly hub: CompareHub;
  readonly settings: CompareSettings;
  /** Rule that decides `passing`; null where the dataset has none. */
  readonly rule: string | null;
  readonly journal: Journal;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
}
