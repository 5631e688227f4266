/** The state of extraction of IBL sessions: what was recorded, what was extracted from it, and what failed. */

export { type AlyxEvidenceOptions, alyxEvidence } from "./alyx-evidence.js";
export {
  ASPECT_GROUPS,
  type AspectGroup,
  EXTRACTION_RULES,
  EXTRACTION_STATES,
  type ExtractionRule,
  type ExtractionState,
  type FileRule,
  type OutcomeRule,
  type SlotKind,
  type SorterRule,
  type StepRule,
} from "./extraction-rules.js";
export { type AspectStatus, extractionStatus, type SessionStatus, type StatusReason } from "./extraction-status.js";
export { localEvidence, type WalkedSession, walkedEvidence } from "./local-evidence.js";
export type { EvidenceFile, ProbeEvidence, RunEvidence, SessionEvidence, TrackEvidence } from "./session-evidence.js";
export { statusReport } from "./status-report.js";
export { ASPECT_COLUMNS, aspectRows, placeOf, SESSION_COLUMNS, sessionRow } from "./status-table.js";
