import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { descendants, findRegion } from "@crossprobe/atlas";

const FIXTURES = fileURLToPath(new URL("../fixtures/ibl-alyx/", import.meta.url));

/** A record as the service writes it. */
export type WireRecord = Readonly<Record<string, unknown>>;

/** The text of an answer, with the invented hosts in it. */
export function answerText(name: string, folder: string = `${FIXTURES}answers/`): string {
  const file = [name, `${name}.json`, `${name}.html`].map((each) => folder + each).find((each) => existsSync(each));
  return file === undefined ? "" : readFileSync(file, "utf8");
}

/** The bytes of the file that a data server names `….<id>.npy`. */
export function dataFile(path: string): Uint8Array | undefined {
  const id = /\.([0-9a-f-]{36})\.npy$/.exec(path)?.[1];
  const file = `${FIXTURES}files/${id}.npy`;
  return id !== undefined && existsSync(file) ? readFileSync(file) : undefined;
}

function results(...names: string[]): WireRecord[] {
  return names.flatMap((name): WireRecord[] => JSON.parse(answerText(name)).results);
}

/** What the lists of the service hold. */
export const LISTS: ReadonlyMap<string, readonly WireRecord[]> = new Map([
  ["sessions", results("sessions_page_0", "sessions_page_1", "sessions_page_2")],
  ["insertions", results("insertions_all")],
  ["datasets", results("datasets_some", "dataset_of_licks")],
  ["trajectories", results("trajectories")],
  ["channels", results("channels")],
]);

/** Answers to `/sessions/<id>`: their text, since one is no JSON. */
export const SESSION_TEXTS: ReadonlyMap<string, string> = new Map([
  ["8028d4ce-a7dd-361e-9f24-20404d184288", answerText("session_read")],
  ["7bc51cbc-efae-3720-912a-aa4370fce4b2", answerText("session_read_nan")],
]);

type Test = (record: WireRecord, value: string) => boolean;

const text = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
const same =
  (field: string): Test =>
  (record, value) =>
    text(record[field]).toLowerCase() === value.toLowerCase();
const anyOf =
  (field: string): Test =>
  (record, value) =>
    value.split(",").some((each) => same(field)(record, each));
const contains =
  (field: string): Test =>
  (record, value) =>
    value.split(",").some((each) => text(record[field]).toLowerCase().includes(each.toLowerCase()));
const ofSession =
  (test: Test): Test =>
  (record, value) =>
    test((record.session_info ?? record) as WireRecord, value);
const endsWith =
  (field: string): Test =>
  (record, value) =>
    text(record[field]).endsWith(value);

const inDates: Test = (record, value) => {
  const [from = "", to = ""] = value.split(",");
  const day = text(record.start_time).slice(0, 10);
  return from <= day && day <= to;
};

function datasetsOf(sessionId: string): WireRecord[] {
  return (LISTS.get("datasets") ?? []).filter((record) => endsWith("session")(record, sessionId));
}

const hasDatasets: Test = (record, value) => {
  const listed = SESSION_TEXTS.get(text(record.session ?? record.id));
  const { data_dataset_session_related: files }: { data_dataset_session_related: WireRecord[] } =
    listed === undefined || listed.includes("NaN") ? { data_dataset_session_related: [] } : JSON.parse(listed);
  return value.split(",").every((name) => files.some((file) => file.name === name));
};

const hasTag: Test = (record, value) =>
  datasetsOf(text(record.session ?? record.id)).some(({ tags }) => contains("tags")({ tags }, value));

/** Probes whose aligned track has a stored channel in one of the regions or below it. */
function probesIn(acronyms: string): Set<string> {
  const ids = new Set(
    acronyms.split(",").flatMap((acronym) => {
      const region = findRegion(acronym);
      return region === undefined ? [] : [region, ...descendants(region)].map(({ id }) => id);
    }),
  );
  const channels = (LISTS.get("channels") ?? []).filter((channel) => ids.has(Number(channel.brain_region)));
  const tracks = new Set(channels.map((channel) => channel.trajectory_estimate));
  const aligned = (LISTS.get("trajectories") ?? []).filter(
    ({ id, provenance }) => tracks.has(id) && provenance === "Ephys aligned histology track",
  );
  return new Set(aligned.map(({ probe_insertion: probe }) => text(probe)));
}

const isProbeIn: Test = (record, value) => probesIn(value).has(text(record.id));
const hasProbeIn: Test = (record, value) =>
  (LISTS.get("insertions") ?? []).some((probe) => probe.session === record.id && isProbeIn(probe, value));

/** Which records an id filter of the database keeps; everything else of its language is refused as an unknown field. */
const django: Test = (record, value) => {
  const ids = /^(?:pk|id__in),(.*)$/.exec(value)?.[1]?.match(/[0-9a-f-]{36}/g);
  if (ids === undefined || ids === null) throw new Error(`Cannot resolve keyword ${value.split(",")[0]} into field.`);
  return ids.includes(text(record.id ?? text(record.url).slice(-36)));
};

/** Filters of each list; a parameter that is none is ignored, as the service does. */
export const FILTERS: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  sessions: {
    subject: same("subject"),
    lab: anyOf("lab"),
    number: anyOf("number"),
    date_range: inDates,
    task_protocol: contains("task_protocol"),
    project: contains("projects"),
    projects: contains("projects"),
    tag: hasTag,
    datasets: hasDatasets,
    atlas_acronym: hasProbeIn,
    django,
  },
  insertions: {
    session: same("session"),
    name: same("name"),
    subject: ofSession(same("subject")),
    lab: ofSession(same("lab")),
    project: ofSession(contains("projects")),
    task_protocol: ofSession(contains("task_protocol")),
    experiment_number: ofSession(same("number")),
    tag: hasTag,
    datasets: hasDatasets,
    atlas_acronym: isProbeIn,
    django,
  },
  datasets: {
    session: endsWith("session"),
    name: same("name"),
    collection: same("collection"),
    revision: same("revision"),
    dataset_type: same("dataset_type"),
    tag: contains("tags"),
    django,
  },
  trajectories: {
    probe_insertion: same("probe_insertion"),
    provenance: same("provenance"),
    probe: same("probe_name"),
    django,
  },
  channels: { trajectory_estimate: same("trajectory_estimate"), brain_region: same("brain_region"), django },
};
