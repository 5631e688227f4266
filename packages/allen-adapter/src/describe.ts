import type { CallOptions, Modality, Notice, SourceDescription } from "@crossprobe/core";
import type { ErrataSettings } from "./errata/errata-choice.js";
import { countUnplacedUnits } from "./probes.js";
import type { ProjectCache } from "./project-cache.js";
import { countGenotypePlaceholders } from "./sessions.js";
import type { IndexedTable } from "./tables.js";

/** Files that are looked for together. */
const LOOK_AHEAD = 16;

type Answers = Record<Modality, true | string>;

/** What the configured caches hold. Reads the tables; of NWB files only whether one is there. */
export async function describeCaches(
  caches: readonly ProjectCache[],
  options?: CallOptions,
): Promise<SourceDescription> {
  const found: { readonly answers: Answers; readonly release: string | null; readonly notices: readonly Notice[] }[] =
    [];
  for (const cache of caches) found.push(await describeCache(cache, options));
  const releases = new Set(found.map(({ release }) => release).filter((release) => release !== null));
  return {
    sources: caches.map(({ url }, i) => ({ url, kind: kindOf(found[i]?.answers) })),
    release: releases.size > 0 ? [...releases].sort().join(", ") : null,
    answers: found.map(({ answers }) => answers).reduce(eitherAnswer),
    notices: found.flatMap(({ notices }) => notices),
  };
}

function kindOf(answers: Answers | undefined): string {
  const hasMore = answers !== undefined && Object.values(answers).includes(true);
  return hasMore ? "EcephysProjectCache folder" : "EcephysProjectCache folder, session and probe tables only";
}

function eitherAnswer(a: Answers, b: Answers): Answers {
  const pick = (modality: Modality) => (a[modality] === true ? true : b[modality] === true ? true : a[modality]);
  return {
    channels: pick("channels"),
    units: pick("units"),
    spikes: pick("spikes"),
    waveforms: pick("waveforms"),
    events: pick("events"),
    movement: pick("movement"),
    lfp: pick("lfp"),
  };
}

async function describeCache(cache: ProjectCache, options?: CallOptions) {
  const manifest = await cache.manifest.read(options);
  const [sessions, probes] = [await cache.table("sessions", options), await cache.table("probes", options)];
  const [channels, units] = [await cache.table("channels", options), await cache.table("units", options)];
  const noChannels = channels ? true : `${cache.url} holds no channels.csv`;
  const noUnits = noChannels === true && !units ? `${cache.url} holds no units.csv` : noChannels;
  const noFile = await answerOfSessionFiles(cache, sessions, options);
  const spikes = noUnits === true ? noFile : noUnits;
  const answers: Answers = {
    channels: noChannels,
    units: noUnits,
    spikes,
    waveforms: spikes,
    events: noFile,
    movement: noFile,
    lfp: await answerOfLfpFiles(cache, probes, options),
  };
  const notices = [...manifest.notices, ...tableNotices(cache.errata, sessions, channels, units)];
  return { answers, release: releaseOf(sessions, manifest.version), notices };
}

async function answerOfSessionFiles(cache: ProjectCache, sessions: IndexedTable | undefined, options?: CallOptions) {
  const ids = [...(sessions?.rowOf.keys() ?? [])];
  const isThere = (id: string) => cache.has(["session_nwb", id, id], options);
  if (await some(ids, isThere)) return true;
  return `${cache.url} holds no session file (session_<id>.nwb) of its ${ids.length} sessions`;
}

async function answerOfLfpFiles(cache: ProjectCache, probes: IndexedTable | undefined, options?: CallOptions) {
  if (!probes) return `${cache.url} holds no probes.csv`;
  const { cells } = probes;
  const rows = [...probes.rowOf.values()].filter((row) => cells.boolean("has_lfp_data", row) !== false);
  const isThere = (row: number) =>
    cache.has(["probe_lfp_nwb", cells.id("ecephys_session_id", row), cells.id("id", row)], options);
  if (await some(rows, isThere)) return true;
  return `${cache.url} holds no LFP file (probe_<id>_lfp.nwb) of its ${rows.length} probes with LFP`;
}

/** Whether a test holds for any of the items; a few are tested at once, none after the first that holds. */
async function some<Item>(items: readonly Item[], test: (item: Item) => Promise<boolean>): Promise<boolean> {
  for (let from = 0; from < items.length; from += LOOK_AHEAD) {
    const results = await Promise.all(items.slice(from, from + LOOK_AHEAD).map(test));
    if (results.includes(true)) return true;
  }
  return false;
}

/** Source: `published_at` of sessions.csv, the same day for every session of the release. */
function releaseOf(sessions: IndexedTable | undefined, manifestVersion: string | null): string | null {
  const days = new Set<string>();
  for (const row of sessions?.rowOf.values() ?? []) {
    const published = sessions?.cells.text("published_at", row);
    if (published) days.add(published.slice(0, 10));
  }
  const published = days.size > 0 ? `published ${[...days].sort().join(", ")}` : null;
  const manifest = manifestVersion === null ? null : `manifest ${manifestVersion}`;
  return [published, manifest].filter((part) => part !== null).join(", ") || null;
}

function tableNotices(
  errata: ErrataSettings,
  sessions?: IndexedTable,
  channels?: IndexedTable,
  units?: IndexedTable,
): readonly Notice[] {
  const notices: Notice[] = [];
  const placeholders = sessions && errata.isOn("genotype-null") ? countGenotypePlaceholders(sessions) : 0;
  if (sessions && placeholders > 0) {
    const message =
      'The genotype "wt" stands for a donor without one; it is given as "wt/wt", as the session files have it.';
    notices.push({ code: "genotype-null", message, count: placeholders, where: sessions.cells.url });
  }
  const unplaced = channels && units ? countUnplacedUnits(channels, units) : 0;
  if (units && unplaced > 0) {
    const message =
      "Peak channels of these units are not in channels.csv, so units of a probe cannot be counted by tables alone.";
    notices.push({ code: "units-unplaced", message, count: unplaced, where: units.cells.url });
  }
  return notices;
}
