/** Columns that the returned tables leave out unless others are named. Source: AllenSDK `EcephysProjectCache.SUPPRESS_FROM_*`. */
const OF_PROBES = [
  ...[
    "air_channel_index",
    "surface_channel_index",
    "date_of_acquisition",
    "published_at",
    "specimen_id",
    "session_type",
  ],
  ...["isi_experiment_id", "age_in_days", "sex", "genotype", "has_nwb", "lfp_temporal_subsampling_factor"],
];

export const SUPPRESSED_COLUMNS = {
  sessions: ["has_nwb", "isi_experiment_id", "date_of_acquisition"],
  probes: OF_PROBES,
  channels: [...OF_PROBES, "name"],
  units: [
    ...["air_channel_index", "surface_channel_index", "has_nwb", "lfp_temporal_subsampling_factor"],
    ...["epoch_name_quality_metrics", "epoch_name_waveform_metrics", "isi_experiment_id"],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
