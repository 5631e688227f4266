import type { Session } from "@crossprobe/core";
import type { SessionEntry } from "./catalogue.js";
import { hasPupil } from "./listed-measurements.js";
import { DATASET, toParadigm } from "./vocabulary.js";

/** A session as the sources list it. No file of a session states sex, age or genotype. */
export function toSession(entry: SessionEntry): Session {
  const { ref, lab, subject, date, taskProtocol, probes } = entry;
  return {
    ref,
    dataset: DATASET,
    subject,
    lab,
    startTime: date,
    paradigm: toParadigm(taskProtocol),
    sessionType: taskProtocol,
    hasPupil: hasPupil(entry),
    probeCount: probes.length,
    sex: null,
    ageDays: null,
    genotype: null,
  };
}
