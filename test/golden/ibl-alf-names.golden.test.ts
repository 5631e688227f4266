import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  changeDatasetPath,
  type DatasetPathChanges,
  formatAlfName,
  formatSessionFolder,
  isUuid,
  parseAlfName,
  parseAlfPath,
  parseDatasetPath,
  parseSessionPath,
  toAlfName,
  toReadableName,
  withPaddedNumber,
} from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

type Parts = Record<string, string | null>;
type Outcome<T> = T | { readonly raises: { readonly type: string } };
interface Names {
  readonly file_names: { name: string; valid: boolean; filename_parts: Outcome<Parts> }[];
  readonly paths: {
    path: string;
    rel_path_parts: Outcome<Parts>;
    session_path_parts: Outcome<Parts>;
    full_path_parts: Outcome<Parts>;
    get_session_path: string | null;
    relative_to_session: Outcome<string>;
    with_padded_sequence: Outcome<string>;
  }[];
  readonly format: { parts: Parameters<typeof toAlfName>[0]; returns?: string }[];
  readonly format_of_parsed_parts: { name: string }[];
  readonly edits: { path: string; results: Record<string, { returns?: string }> };
  readonly session_record_to_path: {
    record: { lab?: string | null; subject: string; date: string; number: number | string };
    returns: string;
  }[];
  readonly uuid_strings: { text: string; is_uuid_string: { returns: boolean } }[];
  readonly readable: Record<string, string>;
}

const load = (): Names => JSON.parse(readFileSync(join(SHARED ?? "", "golden/ibl/alf/expected/names.json"), "utf8"));
const none = { namespace: null, object: null, attribute: null, timescale: null, extra: null, extension: null };

/** ONE's parts of an outcome, `undefined` for an error. */
function partsOf<T>(outcome: Outcome<T>): T | undefined {
  return typeof outcome === "object" && outcome !== null && "raises" in outcome ? undefined : (outcome as T);
}

/** Ours in ONE's keys; a UUID is an extra part there. */
function relativeParts(path: string): Parts | undefined {
  const alf = parseAlfPath(path);
  if (alf === undefined) return undefined;
  const extra = [alf.name.extra, alf.uuid].filter((part) => part !== null).join(".") || null;
  return { collection: alf.collection || null, revision: alf.revision || null, ...alf.name, extra };
}

/** Paths that are read in another way than ONE reads them, with the reason. */
const RELATIVE_DEVIATIONS: Readonly<Record<string, string>> = {
  "#2024-05-06#/alf/spikes.times.npy": "refused there; here a folder, as a collection is any folder",
  "alf/#2024-05-06#/probe00/spikes.times.npy": "refused there; here a folder",
  "alf/##/spikes.times.npy": "refused there; here a folder",
  "alf/#a#b#/spikes.times.npy": "refused there; here a folder",
  "alf/#2024 05#/spikes.times.npy": "refused there; here a folder",
  "alf/#2024-05-06/spikes.times.npy": "refused there; here a folder",
  "alf/2024-05-06#/spikes.times.npy": "refused there; here a folder",
  "alf/probe 00/spikes.times.npy": "refused there; here a folder with a space",
  "https://data.example.org/public/examplelab/Subjects/XP_001/2022-03-14/001/alf/spikes.times.npy":
    "refused there for its colon; here what stands before the session is a folder",
  "examplelab/Subjects/XP_001/2022-03-14/001/alf/%232024-05-06%23/spikes.times.npy":
    "refused there for its percent sign; here a folder",
};
const SESSION_DEVIATIONS: Readonly<Record<string, string>> = {
  "XP_001/2022-03-14/0001": "number cut to 000 there; here no session",
  "XP_001/2022-03-14/1000/alf/a.b.npy": "number cut to 100 there; here no session",
  "XP_001/2022-13-45/001": "impossible day accepted there",
  "XP_001/2022-02-30/002/alf/a.b.npy": "impossible day accepted there",
  "XP 001/2022-03-14/001": "subject cut to 001 there; here XP 001",
  "example-lab/Subjects/XP_001/2022-03-14/001": "lab cut to lab there; here example-lab",
};

/** Names whose underscores are read as the marks of a namespace, or that are no names here. */
const NOT_WRITTEN_BACK = [
  "__ns_obj.attr.npy",
  "__obj.attr.npy",
  "_a.x.npy",
  "_av_.clusters.depths.npy",
  "_ibl_.x.npy",
  "_misc_.a.b.c.d.e",
  "_obj.attr.npy",
  "obj.attr.npy\n",
];

describe.skipIf(!SHARED)("ALF names as ONE reads and writes them (needs ../shared/golden)", () => {
  it("parses every file name to the same parts, but a newline at the end", () => {
    const names = load().file_names;
    expect(names).toHaveLength(172);
    for (const { name, valid, filename_parts: parts } of names) {
      const isDeviation = name.endsWith("\n");
      expect(parseAlfName(name) !== undefined, JSON.stringify(name)).toBe(valid && !isDeviation);
      if (valid && !isDeviation) expect(parseAlfName(name), name).toEqual(partsOf(parts));
    }
  });

  it("writes every name back as it was, but those whose underscores are read as a namespace", () => {
    const lost = load()
      .format_of_parsed_parts.map(({ name }) => name)
      .filter((name) => {
        const parsed = parseAlfName(name);
        return parsed === undefined || formatAlfName(parsed) !== name;
      });
    expect(lost.sort()).toEqual([...NOT_WRITTEN_BACK].sort());
  });

  it("makes new names as to_alf, and refuses what it refuses and what would not parse", () => {
    for (const { parts, returns } of load().format) {
      const make = () => toAlfName(parts);
      const isDeviation = parts.attribute === "" || parts.attribute === "_times";
      if (returns === undefined || isDeviation) expect(make, JSON.stringify(parts)).toThrow(/ALF name/);
      else expect(make(), JSON.stringify(parts)).toBe(returns);
    }
  });

  it("reads collection, revision and name of paths relative to a session", () => {
    for (const { path, rel_path_parts: parts } of load().paths) {
      if (path in RELATIVE_DEVIATIONS) continue;
      const expected = partsOf(parts);
      const normal = expected && { ...expected };
      expect(relativeParts(path), path).toEqual(normal);
    }
  });

  it("finds the session in paths", () => {
    for (const { path, session_path_parts: parts, get_session_path: folder } of load().paths) {
      const found = parseSessionPath(path);
      if (!(path in SESSION_DEVIATIONS)) {
        const expected = partsOf(parts);
        const own = found && { lab: found.lab, subject: found.subject, date: found.date, number: found.number };
        expect(own, path).toEqual(expected && { ...expected, number: Number(expected.number) });
        if (found) expect(found.folder.replace("://", ":/"), path).toBe(folder);
      }
    }
  });

  it("reads whole paths of datasets", () => {
    for (const { path, full_path_parts: parts } of load().paths) {
      const expected = partsOf(parts);
      if (path in SESSION_DEVIATIONS || path.includes("%23")) continue;
      const found = parseDatasetPath(path);
      if (expected === undefined || expected.object === null) {
        expect(found, path).toBeUndefined();
        continue;
      }
      const extra = [found?.name.extra, found?.uuid].filter((part) => part).join(".") || null;
      const own = found && {
        lab: found.lab,
        subject: found.subject,
        date: found.date,
        number: found.numberText,
        collection: found.collection || null,
        revision: found.revision || null,
        ...none,
        ...found.name,
        extra,
      };
      expect(own, path).toEqual(expected);
    }
  });

  it("pads numbers and takes the part below the session", () => {
    for (const { path, with_padded_sequence: padded, relative_to_session: rest } of load().paths) {
      const session = parseSessionPath(path);
      if (session === undefined) continue;
      expect(withPaddedNumber(path.replace("://", ":/")), path).toBe(partsOf(padded));
      expect(session.rest || ".", path).toBe(partsOf(rest));
    }
  });

  it("changes one part of a path", () => {
    const { path, results } = load().edits;
    const changes: Record<string, DatasetPathChanges> = {
      with_uuid: { uuid: "b4fac35a-5a7d-4d2b-9a52-9b1f6b6e2f11" },
      "with_uuid(version 1)": { uuid: "2d9a1b66-17fb-11ec-9621-0242ac130002" },
      "with_uuid(not a uuid)": { uuid: "x" },
      with_revision: { revision: "2025-03-03" },
      "with_revision(bad)": { revision: "a/b" },
      without_revision: { revision: "" },
      without_lab: { lab: null },
      relative_to_lab: { lab: null },
      with_lab: { lab: "otherlab" },
      with_subject: { subject: "XQ-07.b" },
      with_date: { date: "2021-02-03" },
      with_sequence: { number: 12 },
      "with_sequence(1000)": { number: 1000 },
      with_object: { object: "pedal" },
      with_namespace: { namespace: "av" },
      "with_namespace(empty)": { namespace: null },
      with_attribute: { attribute: "speed" },
      with_timescale: { timescale: "nidq" },
      "with_timescale(empty)": { timescale: null },
      with_extra: { extra: "v2" },
      "with_extra(append)": { extra: "raw.v2" },
      "with_extra(empty)": { extra: null },
      with_extension: { extension: "csv" },
      with_collection: { collection: "alf/task_00" },
    };
    expect(Object.keys(changes).sort()).toEqual(Object.keys(results).sort());
    for (const [edit, { returns }] of Object.entries(results)) {
      const change = () => changeDatasetPath(path, changes[edit] ?? {});
      if (returns === undefined) expect(change, edit).toThrow(/would be read otherwise/);
      else expect(change(), edit).toBe(returns);
    }
  });

  it("writes session folders, reads words, knows UUIDs", () => {
    const { session_record_to_path: records, readable, uuid_strings: uuids } = load();
    for (const { record, returns } of records) {
      // A number of four digits is kept as text there; a number has no leading zero here.
      if (record.number === "0012") continue;
      expect(formatSessionFolder({ ...record, number: Number(record.number) })).toBe(returns);
    }
    for (const [name, words] of Object.entries(readable)) expect(toReadableName(name)).toBe(words);
    for (const { text, is_uuid_string: expected } of uuids) expect(isUuid(text), text).toBe(expected.returns);
  });
});
