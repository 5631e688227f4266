import { type ChannelRef, type ProbeRef, ref, type SessionRef, type UnitRef } from "@crossprobe/core";

/** The dataset's name in references. */
export const DATASET = "allen";

/** References of this dataset: the release's own numbers. */
export const sessionRef = (id: string): SessionRef => ref(DATASET, "session", id);
export const probeRef = (id: string): ProbeRef => ref(DATASET, "probe", id);
export const channelRef = (id: string): ChannelRef => ref(DATASET, "channel", id);
export const unitRef = (id: string): UnitRef => ref(DATASET, "unit", id);

/** What the animal does in every session of the release: it watches a screen. */
export const PARADIGM = "passive.visual";

/**
 * Names of stimuli as the experiment's scripts wrote them, and the names that released files have.
 *
 * Source: AllenSDK `stimulus_table/naming_utilities.py`.
 */
const STIMULUS_NAMES: ReadonlyMap<string, string> = new Map([
  ["natural_movie_1", "natural_movie_one"],
  ["natural_movie_3", "natural_movie_three"],
  ["natural_movie_shuffled", "natural_movie_one_shuffled"],
  ["Natural Images", "natural_scenes"],
  ["Natural_Images_Shuffled", "natural_scenes_shuffled"],
  ["Natural_Images_Sequential", "natural_scenes_sequential"],
  ["flash_250ms", "flashes"],
  ["gabor_20_deg_250ms", "gabors"],
  ["contrast_response", "drifting_gratings_contrast"],
  ["motion_stimulus", "dot_motion"],
  ["drifting_gratings_more_repeats", "drifting_gratings_75_repeats"],
  ["signal_noise_test_0_200_repeats", "test_movie_one"],
  ["signal_noise_test_0", "test_movie_one"],
  ["signal_noise_test_1", "test_movie_two"],
  ["signal_noise_session_1", "dense_movie_one"],
  ["signal_noise_session_2", "dense_movie_two"],
  ["signal_noise_session_3", "dense_movie_three"],
  ["signal_noise_session_4", "dense_movie_four"],
  ["signal_noise_session_5", "dense_movie_five"],
  ["signal_noise_session_6", "dense_movie_six"],
]);

/** The released name of a stimulus. */
export function toStimulusName(name: string): string {
  return STIMULUS_NAMES.get(name) ?? name;
}

/** Names of stimulus parameters in old tables, by today's name. Source: AllenSDK `ecephys_session.py` column renames. */
export const OLD_PARAMETER_NAMES: Readonly<Record<string, string>> = {
  contrast: "Contrast",
  orientation: "Ori",
  spatial_frequency: "SF",
  temporal_frequency: "TF",
  color: "Color",
  frame: "Image",
  x_position: "Pos_x",
  y_position: "Pos_y",
};
