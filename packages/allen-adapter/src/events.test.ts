import { describe, expect, it } from "vitest";
import { reasonToExclude, toEvents } from "./events.js";
import type { Parameter, StimulusPresentation } from "./presentations.js";

const NONE: Readonly<Record<Parameter, null>> = {
  contrast: null,
  orientation: null,
  temporal_frequency: null,
  spatial_frequency: null,
  frame: null,
  x_position: null,
  y_position: null,
  color: null,
};

function presentation(
  stimulus: string,
  parameters: Partial<Record<Parameter, number | null>> = {},
  startTime = 10,
): StimulusPresentation {
  const present = new Set(Object.keys(parameters) as Parameter[]);
  return { number: 0, stimulus, startTime, stopTime: startTime + 1, parameters: { ...NONE, ...parameters }, present };
}

describe("reasonToExclude", () => {
  it.each([
    ["a grey screen", presentation("spontaneous"), "spontaneous"],
    ["a presentation without start", presentation("flashes", {}, Number.NaN), "noOnsetTime"],
    [
      "a grating without orientation",
      presentation("drifting_gratings", { orientation: null, contrast: 0.8 }),
      "blankSweep",
    ],
    ["a static blank", presentation("static_gratings", { orientation: null }), "blankSweep"],
    ["a grating", presentation("drifting_gratings", { orientation: 0, temporal_frequency: 2 }), null],
    ["gratings of a table without orientations", presentation("drifting_gratings", { contrast: 0.8 }), null],
    ["a blank scene", presentation("natural_scenes", { frame: -1 }), "blankSweep"],
    ["a scene", presentation("natural_scenes", { frame: 0 }), null],
    ["no contrast", presentation("gabors", { contrast: 0 }), "zeroContrast"],
    ["a later frame", presentation("natural_movie_one", { frame: 1 }), "movieFrame"],
    ["a first frame", presentation("natural_movie_one", { frame: 0 }), null],
    ["a movie without frames", presentation("natural_movie_one"), null],
  ] as const)("%s", (_, row, reason) => {
    expect(reasonToExclude(row, undefined)).toBe(reason);
  });

  it("takes the first row of a run of a shuffled movie, whatever its frame", () => {
    const first = presentation("natural_movie_one_shuffled", { frame: 412 });
    const next = presentation("natural_movie_one_shuffled", { frame: 0 });
    expect(reasonToExclude(first, presentation("spontaneous"))).toBeNull();
    expect(reasonToExclude(next, first)).toBe("movieFrame");
  });
});

describe("toEvents", () => {
  const place = { url: "file:///s.nwb", notices: [] };
  const events = (rows: readonly StimulusPresentation[], filter = {}) =>
    toEvents({ rows, notices: [] }, "1", filter, place);

  it("gives a side to gabors and a polarity to flashes, and neither to zero", () => {
    const rows = [
      presentation("gabors", { x_position: -30 }),
      presentation("gabors", { x_position: 10 }),
      presentation("gabors", { x_position: 0 }),
      presentation("flashes", { color: -1 }),
      presentation("flashes", { color: 1, x_position: 5 }),
    ];
    expect(events(rows).rows.map(({ side, polarity }) => [side, polarity])).toEqual([
      ["left", null],
      ["right", null],
      [null, null],
      [null, -1],
      [null, 1],
    ]);
  });

  it("selects events and counts by start in a half-open interval, and by type", () => {
    const rows = [presentation("flashes", {}, 1), presentation("spontaneous", {}, 2), presentation("flashes", {}, 3)];
    const part = events(rows, { interval: { start: 1, stop: 3 } });
    expect(part.rows.map(({ time }) => time)).toEqual([1]);
    expect(part.excluded).toEqual([{ reason: "spontaneous", count: 1 }]);
    expect(events(rows, { types: ["choice"] })).toMatchObject({ rows: [], excluded: [] });
  });
});
