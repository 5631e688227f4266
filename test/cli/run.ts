import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "@crossprobe/cli";
import { expect } from "vitest";
import { samplesFolder } from "../rosetta/truth.js";

/** What a command line left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  /** What was written to standard output as bytes. */
  readonly bytes: Uint8Array;
  readonly err: string;
}

/** Runs a command line in this process, as the terminal would: 80 columns unless told. */
export async function run(
  args: readonly string[],
  { cwd = tmpdir(), columns = 80, isOutTerminal = false } = {},
): Promise<Outcome> {
  let [out, err] = ["", ""];
  const bytes: Uint8Array[] = [];
  const code = await runCommand(args, {
    ...{ cwd, columns, isTerminal: false, isOutTerminal, signal: new AbortController().signal },
    out: (text) => {
      out += text;
    },
    outBytes: (piece) => void bytes.push(piece.slice()),
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err, bytes: Buffer.concat(bytes) };
}

/** The document of a command line with `--json` that must succeed. */
export async function runJson<Document = { rows: Record<string, unknown>[]; counts: Record<string, unknown> }>(
  args: readonly string[],
  options?: { cwd?: string },
): Promise<Document> {
  const { code, out, err } = await run([...args, "--json"], options);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Document;
}

/** Holds an outcome to what a failure is: exit code 1, nothing on standard output, one line that says each of these. */
export function expectFailure({ code, out, err }: Outcome, ...says: readonly (string | RegExp)[]): void {
  expect({ code, out }, err).toEqual({ code: 1, out: "" });
  const lines = err.trimEnd().split("\n");
  const [last = ""] = lines.slice(-1);
  expect(last).toMatch(/^crossprobe: /);
  expect(err).not.toMatch(/^\s+at /m);
  expect(last).not.toMatch(/(Type|Range|Reference|Syntax)?Error:/);
  for (const text of says) expect(last).toMatch(text);
}

/** A folder that is taken away by {@link removeFolders}. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-cli-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A copy of one of the sample sources that may be broken. */
export function copySample(name: "ibl" | "allen"): string {
  const folder = join(temporaryFolder(), name);
  cpSync(join(samplesFolder, name), folder, { recursive: true });
  return folder;
}

export const SAMPLE = { ibl: join(samplesFolder, "ibl"), allen: join(samplesFolder, "allen") };
