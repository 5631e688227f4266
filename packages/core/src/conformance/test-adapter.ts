import { describe, it } from "vitest";
import { ConfigError } from "../errors.js";
import type { AdapterCheck, AdapterSubject } from "./adapter-subject.js";
import { catalogueChecks } from "./checks/catalogue.js";
import { eventChecks } from "./checks/events.js";
import { failureChecks } from "./checks/failure.js";
import { fileChecks } from "./checks/files.js";
import { fingerprintChecks } from "./checks/fingerprints.js";
import { lfpChecks } from "./checks/lfp.js";
import { spikeChecks } from "./checks/spikes.js";
import { tableChecks } from "./checks/tables.js";

/** Everything that is asked of every adapter, by name. */
export const ADAPTER_CHECKS: readonly AdapterCheck[] = [
  ...catalogueChecks,
  ...tableChecks,
  ...fingerprintChecks,
  ...spikeChecks,
  ...eventChecks,
  ...lfpChecks,
  ...fileChecks,
  ...failureChecks,
];

/** The checks that apply to a subject: those whose modalities its dataset has. */
export function applicableChecks({ plugin }: AdapterSubject): readonly AdapterCheck[] {
  return ADAPTER_CHECKS.filter(({ needs }) => needs.every((modality) => plugin.capabilities[modality]));
}

/**
 * Holds an adapter to its contract, as a vitest suite. A check for a modality that the dataset does not have does not apply;
 * any other that is left out carries its reason in the output.
 *
 * @throws {@link ConfigError} when a skip names no applicable check or gives no reason
 */
export function testAdapter(subject: AdapterSubject): void {
  const checks = applicableChecks(subject);
  const skips = new Map((subject.skip ?? []).map(({ test, reason }) => [test, reason]));
  for (const [test, reason] of skips) {
    if (!checks.some(({ name }) => name === test)) {
      throw new ConfigError(`no applicable check is called ${JSON.stringify(test)}`, {
        hint: "take a name of ADAPTER_CHECKS",
      });
    }
    if (reason.trim().length < 10) {
      throw new ConfigError(`the skip of ${JSON.stringify(test)} gives no reason`, { hint: "say why it cannot hold" });
    }
  }
  describe(`adapter ${subject.plugin.id}`, () => {
    for (const check of checks) {
      const reason = skips.get(check.name);
      if (reason === undefined) it(check.name, () => check.run(subject));
      else it.skip(`${check.name} — skipped: ${reason}`, () => undefined);
    }
  });
}
