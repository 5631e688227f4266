/** A frozen list of probe insertions that analyses of the Brain-Wide Map name. */
export interface BwmFreeze {
  readonly insertions: number;
  readonly sessions: number;
  readonly subjects: number;
}

/**
 * The freezes with their counts. `2023_12_bwm_release` is that of the paper and of the released LFP.
 *
 * Source: `brainwidemap/bwm_loading.py` and the lists in its `fixtures`.
 */
export const BWM_FREEZES = {
  "2022_10_initial": { insertions: 552, sessions: 350, subjects: 116 },
  "2022_10_update": { insertions: 557, sessions: 355, subjects: 116 },
  "2022_10_bwm_release": { insertions: 547, sessions: 354, subjects: 115 },
  "2023_12_bwm_release": { insertions: 699, sessions: 459, subjects: 139 },
} as const satisfies Readonly<Record<string, BwmFreeze>>;

export type BwmFreezeName = keyof typeof BWM_FREEZES;
