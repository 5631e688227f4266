import type { Erratum } from "./erratum.js";

export const NULL_STRINGS: Erratum<string, null> = {
  id: "null-strings",
  title: "Parameters that do not apply are texts (null, N/A, nan) among numbers",
  file: "session file",
  generation: "2019, 2020",
  place: "parameter columns of /intervals/*_presentations",
  citation: "AllenSDK EcephysSession: stimulus presentations",
  detects: "one of these texts in a cell",
  action: "quarantine",
  whenOff: "the text",
  isOnByDefault: true,
  appliedBy: ["session"],
  detect: (cell) => /^\s*(null|n\/a|nan|none)\s*$/i.test(cell),
  repair: () => null,
};

export const ONES_BECOME_TRUE: Erratum<ArrayLike<number>, Float64Array> = {
  id: "ones-become-true",
  title: "A column of numbers that holds 0 and 1 alone comes from AllenSDK as truth values",
  file: "session file",
  generation: "2019, 2020",
  place: "contrast and other parameters",
  citation: "AllenSDK 2.16.2, seen in what it gives for such files",
  detects: "every number of the column is 0 or 1",
  action: "define",
  whenOff: "on or off, numbers of the file stay numbers",
  isOnByDefault: true,
  appliedBy: [],
  detect: (values) => {
    const numbers = Array.from(values).filter((value) => !Number.isNaN(value));
    return numbers.length > 0 && numbers.every((value) => value === 0 || value === 1);
  },
  repair: (values) => Float64Array.from(values),
};

const REPEATS = /^natural_movie_(?:1|one)_more_repeats$/;

export const MOVIE_REPEATS_NAME: Erratum<string, string> = {
  id: "movie-repeats-name",
  title:
    "natural_movie_1_more_repeats ends as natural_movie_one_more_repeats, as AllenSDK spells the digit before it renames",
  file: "session file",
  generation: "2019, 2020",
  place: "stimulus_name",
  citation: "AllenSDK 2.16.2 naming_utilities: a key of the map that never matches",
  detects: "a name that ends in _more_repeats",
  action: "repair",
  whenOff: "natural_movie_one_more_repeats",
  isOnByDefault: true,
  appliedBy: ["hub", "session"],
  detect: (name) => REPEATS.test(name),
  repair: () => "natural_movie_one",
};
