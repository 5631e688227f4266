import { expect } from "vitest";
import type { FileSelection, RemoteFile } from "../../model/remote-file.js";
import { type AdapterCheck, type AdapterSubject, absentRef } from "../adapter-subject.js";
import { collect, expectDataError, knownRef, withAdapter } from "./assert.js";

const DIGITS: Readonly<Record<string, RegExp>> = { md5: /^[0-9a-f]{32}$/, sha256: /^[0-9a-f]{64}$/, etag: /./ };

/** What an adapter says of files that can be fetched. */
export const fileChecks: readonly AdapterCheck[] = [
  {
    name: "files > have safe relative paths, sizes, digests and addresses without credentials",
    needs: ["files"],
    run: async (subject) => {
      const files = await list(subject, { refs: [knownSession(subject)] });
      expect(files.length, "files of the known session").toBeGreaterThan(0);
      expect(new Set(files.map(({ path }) => path.toLowerCase())).size, "paths are unique").toBe(files.length);
      for (const file of files) expectSound(file);
    },
  },
  {
    name: "files > a selection keeps what it names and nothing else",
    needs: ["files"],
    run: async (subject) => {
      const refs = [knownSession(subject)];
      const all = await list(subject, { refs });
      const name = nameOf(all[0]?.path ?? "");
      const extension = /\.([^.]+)$/.exec(name)?.[1] ?? "";
      const named = await list(subject, { refs, name });
      expect(named.length, name).toBeGreaterThan(0);
      expect(named.every(({ path }) => nameOf(path) === name)).toBe(true);
      const ending = await list(subject, { refs, extension });
      expect(ending.length, `*.${extension}`).toBeGreaterThan(0);
      expect(ending.every(({ path }) => path.endsWith(`.${extension}`))).toBe(true);
      expect(await list(subject, { refs, name: "no such file.*" })).toEqual([]);
      expect(await list(subject, { refs, object: "noSuchObject" })).toEqual([]);
      expect(await list(subject, { refs, collection: "no/such/collection" })).toEqual([]);
      expect(await list(subject, { refs: [] })).toEqual([]);
    },
  },
  {
    name: "files > those of an unknown session or probe are not found",
    needs: ["files"],
    run: async (subject) => {
      for (const kind of ["session", "probe"] as const) {
        await expectDataError(list(subject, { refs: [absentRef(subject, kind)] }), "not-found", `files of a ${kind}`);
      }
    },
  },
];

function knownSession(subject: AdapterSubject) {
  return knownRef(subject, subject.known.session.ref, "session");
}

function list(subject: AdapterSubject, selection: FileSelection): Promise<RemoteFile[]> {
  return withAdapter(subject, (adapter) => collect(adapter.files(selection)));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function expectSound({ path, urls, size, digests, absent }: RemoteFile): void {
  const parts = path.split("/");
  expect(parts.includes("..") || parts.includes(".") || parts.includes(""), `${path} stays below its folder`).toBe(
    false,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(/[\u0000-\u001f\\:]/.test(path), `${path} is a name everywhere`).toBe(false);
  expect(size === null || (Number.isSafeInteger(size) && size >= 0), `${path}: size ${size}`).toBe(true);
  for (const { kind, value } of digests) expect(value, `${path}: ${kind}`).toMatch(DIGITS[kind] ?? /^$/);
  expect(urls.length > 0, `${path}: an address, or a reason`).toBe(absent === null);
  for (const url of urls) {
    const { protocol, username, password } = new URL(url);
    expect(["http:", "https:", "s3:"]).toContain(protocol);
    expect(username + password, `${path}: credentials in an address`).toBe("");
  }
}
