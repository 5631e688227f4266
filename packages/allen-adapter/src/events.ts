import type { EventFilter, EventTable, Notice, SessionEvent } from "@crossprobe/core";
import type { Presentations, StimulusPresentation } from "./presentations.js";
import { sessionRef } from "./vocabulary.js";

const VISUAL_ONSET = "stimulus.visual.onset";

/**
 * The visual onsets of a session, and the presentations that are none, counted.
 *
 * An interval selects by start, the counts too. What an experimenter tagged invalid stays in: `invalidIntervals` tells.
 *
 * @param notices what else is to be said of the file
 */
export function toEvents(
  { rows, notices: own }: Presentations,
  sessionId: string,
  filter: EventFilter,
  place: { readonly url: string; readonly notices: readonly Notice[] },
): EventTable {
  const events: SessionEvent[] = [];
  const excluded = new Map<string, number>();
  const isAsked = filter.types === undefined || filter.types.includes(VISUAL_ONSET);
  for (const [i, row] of rows.entries()) {
    if (!isAsked || !isInside(row, filter)) continue;
    const reason = reasonToExclude(row, rows[i - 1]);
    if (reason === null) events.push(toEvent(row));
    else excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
  }
  return {
    session: sessionRef(sessionId),
    rows: events,
    excluded: [...excluded].map(([reason, count]) => ({ reason, count })),
    provenance: [{ url: place.url, path: "/intervals/*_presentations" }],
    notices: [...own, ...place.notices],
  };
}

function isInside({ startTime }: StimulusPresentation, { interval }: EventFilter): boolean {
  return interval === undefined || (startTime >= interval.start && startTime < interval.stop);
}

/**
 * Why a presentation is no visual onset; null when it is one.
 *
 * Source: the stimulus design of the release. Blanks are rows of a grating without orientation and temporal frequency, and frame -1 of
 * natural scenes; movies have a row for each frame, of which the first is an onset.
 */
export function reasonToExclude(row: StimulusPresentation, previous: StimulusPresentation | undefined): string | null {
  if (row.stimulus === "spontaneous") return "spontaneous";
  if (Number.isNaN(row.startTime)) return "noOnsetTime";
  if (isBlank(row)) return "blankSweep";
  if (row.parameters.contrast === 0) return "zeroContrast";
  return isLaterMovieFrame(row, previous) ? "movieFrame" : null;
}

function isBlank({ stimulus, parameters, present }: StimulusPresentation): boolean {
  if (stimulus.startsWith("natural_scenes")) return parameters.frame === -1;
  if (!stimulus.includes("gratings") || !present.has("orientation")) return false;
  return parameters.orientation === null && parameters.temporal_frequency === null;
}

/** Shuffled movies show frame 0 anywhere: there, the first row of a run is the onset. */
function isLaterMovieFrame(
  { stimulus, parameters }: StimulusPresentation,
  previous: StimulusPresentation | undefined,
): boolean {
  if (!stimulus.includes("movie")) return false;
  if (stimulus.endsWith("_shuffled")) return previous?.stimulus === stimulus;
  return (parameters.frame ?? 0) > 0;
}

function toEvent({ number, stimulus, startTime, stopTime, parameters }: StimulusPresentation): SessionEvent {
  return {
    type: VISUAL_ONSET,
    time: startTime,
    stopTime: Number.isNaN(stopTime) ? null : stopTime,
    stimulus,
    contrast: parameters.contrast,
    side: stimulus === "gabors" ? sideOf(parameters.x_position) : null,
    polarity: stimulus === "flashes" ? signOf(parameters.color) : null,
    azimuthDeg: parameters.x_position,
    elevationDeg: parameters.y_position,
    orientationDeg: parameters.orientation,
    temporalFrequency: parameters.temporal_frequency,
    spatialFrequencyCpd: parameters.spatial_frequency,
    frame: parameters.frame,
    choice: null,
    isCorrect: null,
    nativeRow: number,
  };
}

/** Source: `x_position` in degrees, negative to the left of the screen's centre; 0 is on neither side. */
function sideOf(position: number | null): "left" | "right" | null {
  const sign = signOf(position);
  if (sign === null) return null;
  return sign < 0 ? "left" : "right";
}

function signOf(value: number | null): 1 | -1 | null {
  if (value === null || value === 0) return null;
  return value < 0 ? -1 : 1;
}
