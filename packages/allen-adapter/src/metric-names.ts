/**
 * Metrics of a unit under the names that the release documents, by their names in its files; the others are called the same in both.
 *
 * Source: AllenSDK `_get_units` (`ecephys_project_cache.py`) and `ecephys_session.py`.
 */
export const RELEASE_NAMES: ReadonlyMap<string, string> = new Map([
  ["PT_ratio", "waveform_PT_ratio"],
  ["amplitude", "waveform_amplitude"],
  ["duration", "waveform_duration"],
  ["halfwidth", "waveform_halfwidth"],
  ["recovery_slope", "waveform_recovery_slope"],
  ["repolarization_slope", "waveform_repolarization_slope"],
  ["spread", "waveform_spread"],
  ["velocity_above", "waveform_velocity_above"],
  ["velocity_below", "waveform_velocity_below"],
  ["l_ratio", "L_ratio"],
]);
