export type { SlidingRefractoryPeriod } from "@crossprobe/core/unit-metrics";
export { slidingRefractoryPeriod } from "@crossprobe/core/unit-metrics";
export type { AlfArrayContent, AlfContent } from "../alf-content.js";
export { readAlfContent } from "../alf-content.js";
export type { AlfFile, FileChoice } from "../alf-file.js";
export { chooseFile, chooseSorting, collectionsOf, probeLabels } from "../alf-file.js";
export type { AlfNameParts } from "../alf-format.js";
export { formatAlfName, toAlfName, toReadableName } from "../alf-format.js";
export type { AlfName, AlfPath, SessionPath } from "../alf-name.js";
export {
  attributeKey,
  formatSessionNumber,
  isUuid,
  parseAlfName,
  parseAlfPath,
  parseSessionPath,
} from "../alf-name.js";
export type { DatasetPath, DatasetPathChanges } from "../alf-path.js";
export {
  changeDatasetPath,
  formatDatasetPath,
  formatSessionFolder,
  isAlfName,
  parseDatasetPath,
  withPaddedNumber,
} from "../alf-path.js";
export { type AlignedChannels, type InterpolatedPlaces, interpolatePlaces } from "../aligned-places.js";
export type { FrameData } from "../frame-data.js";
export { parseFrameData } from "../frame-data.js";
export type { AlfObject, ObjectOptions } from "./alf-object.js";
export { loadObject } from "./alf-object.js";
export type { CameraOptions, CameraView, PoseOptions, PoseTracker } from "./camera.js";
export { loadCameraTimes, loadLicks, loadMotionEnergy, loadPawStates, loadPose } from "./camera.js";
export type { LoadedDataset } from "./dataset.js";
export { loadDataset } from "./dataset.js";
export type { CueAndFeedback, FirstMovementOptions, FirstMovements } from "./first-movements.js";
export { findFirstMovements } from "./first-movements.js";
export type { GoodUnitLabels, LabelDifference } from "./good-unit.js";
export { compareLabels, GOOD_UNIT_CRITERIA, labelUnits } from "./good-unit.js";
export type { HistologyProvenance, HistologySource } from "./histology.js";
export { histologyOfInsertion } from "./histology.js";
export type { LoadedTable } from "./loaded.js";
export type { PassiveOptions, PassivePeriod, PassiveProtocol, PixelOnsets, ReceptiveFieldMap } from "./passive.js";
export { loadPassive, pixelOnsets } from "./passive.js";
export type { BregmaXyz, EphysAlignment } from "./probe-track.js";
export { alignedPlaces, tracedPlaces } from "./probe-track.js";
export type { PupilOptions } from "./pupil.js";
export { loadPupil, pupilDiameter, smoothPupilDiameter } from "./pupil.js";
export type { ReactionTimeOptions } from "./reaction-times.js";
export { loadReactionTimes } from "./reaction-times.js";
export type { SessionFiles } from "./session-files.js";
export { openSession } from "./session-files.js";
export { CHANNEL_UNITS } from "./sorting-channels.js";
export type { MergedClusters, SpikeSorting, SpikeSortingOptions } from "./spike-sorting.js";
export { loadSpikeSorting, mergeClusters } from "./spike-sorting.js";
export { tidyTrials } from "./tidy-trials.js";
export type { TrialsOptions } from "./trials.js";
export { interTrialIntervals, loadTrials, signedContrasts, TRIALS_COLUMNS } from "./trials.js";
export { computeUnitMetrics } from "./unit-metrics.js";
export type { WheelOptions } from "./wheel.js";
export { loadWheel } from "./wheel.js";
export type { WheelEncoding } from "./wheel-encoding.js";
export { inferWheelEncoding } from "./wheel-encoding.js";
export type { MovementOptions, WheelMovements } from "./wheel-movements.js";
export { extractMovements, findMovements, onsetsOfEvents, RADIANS_PER_COUNT } from "./wheel-movements.js";
export type { EvenPosition, Velocity, VelocityOptions } from "./wheel-signal.js";
export { filterVelocity, interpolatePosition } from "./wheel-signal.js";
