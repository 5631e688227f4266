import { isStandardNamespace } from "./schema-version.js";

/**
 * Types of NWB core 2.0 to 2.11, hdmf-common and hdmf-experimental.
 *
 * Source: `neurodata_type_def` and `data_type_def` of the schemas that pynwb 1.0, 1.3, 2.8 and 4.2 cache in files.
 */
const TYPES: ReadonlySet<string> = new Set(
  `AbstractFeatureSeries AlignedDynamicTable AnnotationSeries BaseImage BehavioralEpochs BehavioralEvents BehavioralTimeSeries CSRMatrix
  ClusterWaveforms Clustering CompassDirection Container CorrectedImageStack CurrentClampSeries CurrentClampStimulusSeries Data
  DecompositionSeries Device DeviceModel DfOverF DurationVectorData DynamicTable DynamicTableRegion ElectricalSeries ElectrodeGroup
  ElectrodesTable ElementIdentifiers EnumData EventDetection EventWaveform EventsTable ExperimentalConditionsTable ExternalImage
  EyeTracking FeatureExtraction FilteredEphys Fluorescence FrequencyBandsTable GrayscaleImage HERD IZeroClampSeries Image
  ImageMaskSeries ImageReferences ImageSegmentation ImageSeries Images ImagingPlane ImagingRetinotopy Index IndexSeries IntervalSeries
  IntracellularElectrode IntracellularElectrodesTable IntracellularRecordingsTable IntracellularResponsesTable
  IntracellularStimuliTable LFP LabMetaData MeaningsTable MotionCorrection NWBContainer NWBData NWBDataInterface NWBFile
  OnePhotonSeries OpticalChannel OpticalSeries OptogeneticSeries OptogeneticStimulusSite PatchClampSeries PlaneSegmentation Position
  ProcessingModule PupilTracking RGBAImage RGBImage RepetitionsTable RoiResponseSeries ScratchData SequentialRecordingsTable
  SimpleMultiContainer SimultaneousRecordingsTable SpatialSeries SpecFile SpikeEventSeries Subject SweepTable TimeIntervals TimeSeries
  TimeSeriesReferenceVectorData TimestampVectorData TwoPhotonSeries Units VectorData VectorIndex VoltageClampSeries
  VoltageClampStimulusSeries`.split(/\s+/),
);

/** Whether a type is one that the standard's own namespaces define; types of other namespaces are theirs to define. */
export function isDefinedType(namespace: string, type: string): boolean {
  return !isStandardNamespace(namespace) || TYPES.has(type);
}
