/** Known defects of the release as data: what is wrong, how it is told, what is done about it. */

export type { ElectrodePoints, StoredPoint } from "./coordinates.js";
export type { ErrataChoice } from "./errata-choice.js";
export { errataReport } from "./errata-report.js";
export type { ErrataReader, Erratum, ErratumFacts, ErratumId, FileKind } from "./erratum.js";
export type { FileHead, LfpFlag, PulseTable } from "./files.js";
export type { PreferredImages, ReceptiveFieldColumns } from "./metrics.js";
export { type LfpRate, NOMINAL_SAMPLING_RATE } from "./rates.js";
export { ERRATA, isErratumId, listErrata } from "./registry.js";
export type { RunningSpans, StoredTimestamps } from "./running.js";
export type { AnimalNames } from "./sessions.js";
export type { KeptSpikes, RaggedEnds, StoredTrain } from "./spikes.js";
export type { StoredWaveforms } from "./voltages.js";
