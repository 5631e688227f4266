import { ConfigError, type Notice } from "@crossprobe/core";
import { ERRATUM_IDS, type ErratumId } from "./erratum.js";
import { ERRATA, isErratumId } from "./registry.js";

/** Entries that are to be on or off; the others are as the registry has them. */
export type ErrataChoice = Readonly<Partial<Record<ErratumId, boolean>>>;

/** Which of the known defects are mended. */
export class ErrataSettings {
  readonly #choice: ErrataChoice;

  /** @throws {@link ConfigError} naming an id that the registry does not have */
  constructor(choice: ErrataChoice = {}) {
    const stranger = Object.keys(choice).find((id) => !isErratumId(id));
    if (stranger !== undefined) {
      throw new ConfigError(`No known defect of the release is called ${JSON.stringify(stranger)}.`, {
        hint: `The ids are ${ERRATUM_IDS.join(", ")}.`,
      });
    }
    this.#choice = choice;
  }

  isOn(id: ErratumId): boolean {
    return this.#choice[id] ?? ERRATA[id].isOnByDefault;
  }

  /** Entries that stand otherwise than in the registry. */
  get changed(): readonly ErratumId[] {
    return ERRATUM_IDS.filter((id) => this.isOn(id) !== ERRATA[id].isOnByDefault);
  }
}

/** The settings of the registry. */
export const DEFAULT_ERRATA = new ErrataSettings();

/** Ids of the entries that notices report, for the provenance of what they touched; nothing where there are none. */
export function errataOf(notices: readonly Notice[]): { readonly errata?: readonly string[] } {
  const ids = [...new Set(notices.map(({ code }) => code).filter((code) => isErratumId(code)))];
  return ids.length > 0 ? { errata: ids } : {};
}
