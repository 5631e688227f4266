/** Columns of a channel's point in the common coordinate framework, micrometres: ap, dv, ml. Source: headers of `channels.csv`. */
export const CCF_COLUMNS = [
  "anterior_posterior_ccf_coordinate",
  "dorsal_ventral_ccf_coordinate",
  "left_right_ccf_coordinate",
] as const;
