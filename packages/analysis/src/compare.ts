import {
  type AdapterPlugin,
  type CallOptions,
  type DataError,
  formatRef,
  isDataError,
  MODALITIES,
  type Modality,
  type Session,
  type SourceDescription,
} from "@crossprobe/core";
import { caveatsOf } from "./comparability.js";
import { Journal } from "./compare/journal.js";
import {
  type CompareHub,
  type CompareOptions,
  type CompareProgress,
  type CompareSettings,
  settle,
} from "./compare/options.js";
import { readSession, type SessionFindings } from "./compare/read-session.js";
import { compareRegions } from "./compare/regions.js";
import type { CompareResult, DatasetProvenance, Failure } from "./compare/result.js";
import { requireStimuli } from "./compare/stimuli.js";
import { type DatasetFindings, factsOf, lfpUses, totalsOf } from "./compare/totals.js";
import { INVALID_MARGIN } from "./lfp-density.js";
import { DEFAULT_PSTH_BINS } from "./psth.js";
import { GRID_RATE } from "./resample.js";
import { DEFAULT_WELCH, welchFrequencies } from "./spectrum.js";
import { FILTER_HALF_LENGTH, PASSBAND_END, STOPBAND_START } from "./windowed-sinc.js";

/**
 * By brain region, what every dataset of a hub shows: counts, firing rates, responses to visual stimuli, LFP power.
 *
 * One analysis for all: what a dataset cannot answer is null with its reason in `absent`; a session that cannot be read is left
 * out entirely, so that its counts agree, and listed in `failures` (whether that is acceptable is the caller's decision). Reads
 * one session after the other and keeps, of each unit, its rate and 150 counts.
 *
 * @throws {@link QueryError} for options that cannot be answered; a failure to read is not thrown
 * @example
 * const result = await compare(hub, { mapping: "beryl", interval: { start: 0, stop: 296 } });
 * for (const { region, datasets } of result.regions) console.log(region, datasets.ibl?.firingRate.median);
 */
export async function compare(hub: CompareHub, options: CompareOptions = {}): Promise<CompareResult> {
  const settings = settle(options);
  const plugins = options.datasets?.map((id) => hub.dataset(id)) ?? hub.datasets();
  const failures: Failure[] = [];
  const cohorts: Cohort[] = [];
  for (const plugin of plugins) {
    const cohort = await openCohort(hub, plugin, options, failures);
    if (cohort !== null) cohorts.push(cohort);
  }
  if (settings.stimuli !== null) {
    const sessions = cohorts.filter(({ answers }) => answers.events === true).flatMap(({ listed }) => listed);
    await requireStimuli(hub, sessions, settings.stimuli, { signal: options.signal });
  }
  const progress = new SessionProgress(cohorts, options.onProgress);
  for (const cohort of cohorts) {
    for (const session of cohort.listed) {
      progress.start(session);
      const read = await readWhole(hub, session, cohort, { settings, options, failures });
      if (read !== null) cohort.sessions.push(read);
    }
  }
  progress.end();
  return assemble(cohorts, settings, failures);
}

/** One dataset while it is read. */
interface Cohort extends DatasetFindings {
  readonly plugin: AdapterPlugin;
  readonly description: SourceDescription;
  readonly answers: Readonly<Record<Modality, true | string>>;
  readonly journal: Journal;
  readonly listed: readonly Session[];
  readonly sessions: SessionFindings[];
}

async function openCohort(
  hub: CompareHub,
  plugin: AdapterPlugin,
  { signal, sessions: refs }: CompareOptions,
  failures: Failure[],
): Promise<Cohort | null> {
  try {
    const description = await hub.describe(plugin.id, { signal });
    const filter = { dataset: plugin.id, ...(refs === undefined ? {} : { refs }) };
    const listed: Session[] = [];
    for await (const session of hub.sessions(filter, { signal })) listed.push(session);
    const answers = answersOf(plugin, description);
    const journal = new Journal(plugin.id, answers);
    journal.note(description);
    const rule = plugin.rules[0]?.id ?? null;
    return { dataset: plugin.id, rule, plugin, description, answers, journal, listed, sessions: [] };
  } catch (error) {
    failures.push(failureOf(asDataError(error, { signal }), plugin.id, null));
    return null;
  }
}

function answersOf({ id, capabilities }: AdapterPlugin, { answers }: SourceDescription): SourceDescription["answers"] {
  const entries = MODALITIES.map((modality) => [
    modality,
    capabilities[modality] ? answers[modality] : `the ${id} dataset has no ${modality}`,
  ]);
  return Object.fromEntries(entries);
}

/** A session's findings, or null with its error noted. What it noted counts only once it is known to be whole. */
async function readWhole(
  hub: CompareHub,
  session: Session,
  cohort: Cohort,
  run: { readonly settings: CompareSettings; readonly options: CompareOptions; readonly failures: Failure[] },
): Promise<SessionFindings | null> {
  const { signal, onProgress } = run.options;
  const journal = new Journal(cohort.dataset, cohort.answers);
  try {
    signal?.throwIfAborted();
    const context = { hub, settings: run.settings, rule: cohort.rule, journal, onProgress };
    const findings = await readSession(session, context, { signal });
    cohort.journal.merge(journal);
    return findings;
  } catch (error) {
    run.failures.push(failureOf(asDataError(error, { signal }), cohort.dataset, formatRef(session.ref)));
    return null;
  }
}

/** The error when it is one of ours; an abort and anything unforeseen is thrown on, untouched. */
function asDataError(error: unknown, { signal }: CallOptions): DataError {
  if (signal?.aborted === true || !isDataError(error)) throw error;
  return error;
}

function failureOf({ code, message, hint }: DataError, dataset: string, session: string | null): Failure {
  return { dataset, session, code, message, hint: hint ?? null };
}

function assemble(cohorts: readonly Cohort[], settings: CompareSettings, failures: readonly Failure[]): CompareResult {
  const totals = cohorts.map((cohort) => totalsOf(cohort));
  const read = cohorts.flatMap((cohort, i) => {
    const total = totals[i];
    return total === undefined || cohort.sessions.length === 0 ? [] : factsOf(cohort, total);
  });
  const caveats = caveatsOf(read, settings);
  return {
    mapping: settings.mapping,
    units: settings.units,
    regions: compareRegions(cohorts, settings.bands, caveats),
    totals: Object.fromEntries(
      cohorts.flatMap(({ dataset }, i) => (totals[i] === undefined ? [] : [[dataset, totals[i]]])),
    ),
    caveats,
    failures,
    absent: cohorts.flatMap(({ journal }) => journal.absences()),
    notices: cohorts.flatMap(({ journal }) => journal.notices()),
    lfpFrequencies: Array.from(welchFrequencies(GRID_RATE)).filter((frequency) => frequency <= PASSBAND_END),
    lfp: cohorts.flatMap((cohort) => lfpUses(cohort)),
    provenance: {
      settings: {
        ...settings,
        psth: { ...DEFAULT_PSTH_BINS, event: "stimulus.visual.onset" },
        lfp: {
          gridRate: GRID_RATE,
          ...DEFAULT_WELCH,
          flatTo: PASSBAND_END,
          goneFrom: STOPBAND_START,
          filterHalfLength: FILTER_HALF_LENGTH,
          invalidMargin: INVALID_MARGIN,
        },
      },
      datasets: Object.fromEntries(cohorts.map((cohort) => [cohort.dataset, provenanceOf(cohort)])),
    },
  };
}

function provenanceOf({ plugin, description, journal }: Cohort): DatasetProvenance {
  return {
    title: plugin.title,
    release: description.release,
    licence: plugin.licence,
    citations: plugin.citations,
    rules: plugin.rules.map(({ id, definition, source }) => ({ id, definition, source })),
    sources: description.sources,
    files: journal.files(),
  };
}

/** Counts sessions of all datasets together. */
class SessionProgress {
  readonly #total: number;
  readonly #report: ((progress: CompareProgress) => void) | undefined;
  #started = 0;

  constructor(cohorts: readonly Cohort[], report: ((progress: CompareProgress) => void) | undefined) {
    this.#total = cohorts.reduce((sum, { listed }) => sum + listed.length, 0);
    this.#report = report;
  }

  start(session: Session): void {
    this.#report?.({ phase: "sessions", done: this.#started++, total: this.#total, label: formatRef(session.ref) });
  }

  end(): void {
    this.#report?.({ phase: "sessions", done: this.#total, total: this.#total, label: "" });
  }
}
