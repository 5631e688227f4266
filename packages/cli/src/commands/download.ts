import { resolve } from "node:path";
import {
  type Download,
  type DownloadPlan,
  type DownloadResult,
  type FileDigest,
  type FileSelection,
  type FileVerdict,
  type Hub,
  MODALITIES,
  type Modality,
  NotFoundError,
  type ProbeRef,
  type RemoteFile,
  type SessionRef,
} from "@crossprobe/core";
import { type Command, InvalidArgumentError } from "commander";
import { parseCount, parseRefArgument } from "../arguments.js";
import { collecting, collectValue } from "../collect-value.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { isUrl } from "../config.js";
import { DownloadLine, failureLines, planText, summaryLine, unreadableLines } from "../output/download-text.js";
import { toJson } from "../output/json.js";
import { wrapText } from "../output/table.js";
import { noteNotices } from "./notices.js";

/** Every session of a dataset. */
interface WholeDataset {
  readonly kind: "dataset";
  readonly dataset: string;
}

type Target = SessionRef | ProbeRef | WholeDataset | URL;

interface Options extends CommonOptions {
  readonly to: string;
  readonly object?: readonly string[];
  readonly collection?: readonly string[];
  readonly name?: readonly string[];
  readonly extension?: readonly string[];
  readonly modality?: Modality;
  readonly md5?: string;
  readonly sha256?: string;
  readonly parallel: number;
  readonly overwrite?: boolean;
  readonly allowPrivate?: boolean;
  readonly allowHost?: readonly string[];
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly quiet?: boolean;
}

export const downloadCommand: CommandDefinition = {
  example: "download ibl:session:<eid> --to ONE/ --object trials",
  define: (command, act) =>
    void command
      .argument(
        "<ref|url...>",
        "sessions and probes, a dataset for all its sessions, or http(s) and s3 addresses",
        collecting(parseTarget),
      )
      .requiredOption("--to <folder>", "where the files go")
      .option("--object <name>", "only this object, such as spikes (repeatable, wildcards)", collectValue)
      .option("--collection <glob>", "only this folder of a session (repeatable)", collectValue)
      .option("--name <glob>", "only files of this name (repeatable)", collectValue)
      .option("--extension <ending>", "only files of this kind, such as npy (repeatable)", collectValue)
      .option("--modality <name>", `only what is read for ${MODALITIES.join(", ")}`, parseModality)
      .option("--md5 <hex>", "digest of the one address given", parseHex(32))
      .option("--sha256 <hex>", "the same", parseHex(64))
      .option("--parallel <count>", "files at a time", parseParallel, 4)
      .option("--overwrite", "replace what is there and differs; the old file is kept aside")
      .option("--allow-private", "allow addresses on this machine and in private networks")
      .option(
        "--allow-host <place>",
        "allow files of datasets from https://host or s3://bucket too (repeatable)",
        collectValue,
      )
      .option("--dry-run", "show the plan and fetch nothing")
      .option("--check", "open each file that is there, and say which cannot be read")
      .option("--quiet", "print nothing but failures")
      .action((targets: readonly Target[], options: Options) => {
        checkTogether(targets, options, command);
        act((io) => runWithCode(io, targets, options));
      }),
};

function parseTarget(text: string): Target {
  if (/^[a-z][a-z0-9-]*$/.test(text) && !isUuid(text)) return { kind: "dataset", dataset: text };
  if (!isUrl(text)) return parseRefArgument("session", "probe")(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ["http:", "https:", "s3:"].includes(url.protocol)) return url;
  throw new InvalidArgumentError("only http, https and s3 addresses are fetched");
}

/** An id without dataset and kind: refused as such, not taken for the name of a dataset. */
function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function parseModality(text: string): Modality {
  const found = MODALITIES.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`Use one of ${MODALITIES.join(", ")}.`);
  return found;
}

function parseHex(digits: number): (text: string) => string {
  return (text) => {
    if (new RegExp(`^[0-9a-f]{${digits}}$`, "i").test(text)) return text.toLowerCase();
    throw new InvalidArgumentError(`Write ${digits} hexadecimal digits.`);
  };
}

function parseParallel(text: string): number {
  const count = parseCount(text);
  if (count < 1 || count > 32) throw new InvalidArgumentError("Write a number from 1 to 32.");
  return count;
}

function checkTogether(targets: readonly Target[], options: Options, command: Command): void {
  const urls = targets.filter((target) => target instanceof URL);
  const { md5, sha256, object, collection, name, extension, modality } = options;
  if ((md5 ?? sha256) !== undefined && (urls.length !== 1 || targets.length !== 1)) {
    command.error("error: --md5 and --sha256 go with exactly one address");
  }
  const isSelecting = [object, collection, name, extension, modality].some((value) => value !== undefined);
  if (isSelecting && urls.length > 0)
    command.error("error: --object and the like choose among files of references, not addresses");
  const unnamed = urls.find((url) => nameOf(url) === "");
  if (unnamed !== undefined) command.error(`error: ${unnamed.host}${unnamed.pathname} names no file`);
}

async function runWithCode(io: CommandContext["io"], targets: readonly Target[], options: Options): Promise<number> {
  let isComplete = true;
  const code = await withHub(io, options, async (context) => {
    isComplete = await run(context, targets, options);
  });
  return isComplete ? code : 1;
}

/** Resolves to whether everything is there. */
async function run(context: CommandContext, targets: readonly Target[], options: Options): Promise<boolean> {
  const { hub, io, isJson } = context;
  const files = await listFiles(context, targets, options);
  if (files.length === 0) {
    throw new NotFoundError("nothing matches: no file to download", {
      hint: "ask for less: leave out --object and the like",
    });
  }
  const line = new DownloadLine(io);
  const isSilent = isJson || options.quiet === true;
  const download = await hub.download(files, {
    ...{ to: resolve(io.cwd, options.to), parallel: options.parallel, signal: io.signal },
    ...{ allowPrivate: options.allowPrivate ?? false, allowHosts: options.allowHost },
    overwrite: options.overwrite ?? false,
    ...(isSilent ? {} : { onProgress: (progress) => line.update(progress) }),
  });
  if (!isSilent) io.out(`${planText(download.plan, io.columns)}\n`);
  if (options.dryRun === true) {
    if (isJson) io.out(toJson({ plan: shownPlan(download.plan) }));
    return true;
  }
  const began = performance.now();
  const results: DownloadResult[] = [];
  try {
    for await (const result of download.results()) results.push(result);
  } finally {
    line.end();
  }
  const verdicts = options.check === true ? await examineAll(download, results, io.signal) : undefined;
  if (isJson) {
    const examined = verdicts === undefined ? {} : { verdicts: verdicts.map(plain) };
    io.out(
      toJson({ plan: shownPlan(download.plan), results: results.map(plain), ...examined, notices: download.notices }),
    );
  }
  for (const text of failureLines(results, io.columns)) context.note(text);
  for (const text of unreadableLines(verdicts ?? [], io.columns)) context.note(text);
  if (!isSilent) io.out(`${wrapText(summaryLine(results, (performance.now() - began) / 1000), io.columns, "  ")}\n`);
  noteNotices(context, isJson ? [] : download.notices);
  return results.every(isThere) && (verdicts ?? []).every(({ verdict }) => verdict !== "unreadable");
}

function isThere({ status }: DownloadResult): boolean {
  return status === "fetched" || status === "present";
}

/** One after the other: each may hold a file's header in memory. */
async function examineAll(
  download: Download,
  results: readonly DownloadResult[],
  signal: AbortSignal,
): Promise<readonly FileVerdict[]> {
  const verdicts: FileVerdict[] = [];
  for (const { file } of results.filter(isThere)) verdicts.push(await download.examine(file, { signal }));
  return verdicts;
}

async function listFiles(
  { hub, io }: CommandContext,
  targets: readonly Target[],
  options: Options,
): Promise<readonly RemoteFile[]> {
  const { object, collection, name, extension, modality } = options;
  const refs: (SessionRef | ProbeRef)[] = [];
  for (const target of targets) {
    if (target instanceof URL) continue;
    if (target.kind !== "dataset") refs.push(target);
    else refs.push(...(await sessionsOf(hub, target.dataset, io.signal)));
  }
  const selection: FileSelection = { refs, object, collection, name, extension, modality };
  const files: RemoteFile[] = [];
  if (refs.length > 0) for await (const file of hub.files(selection, { signal: io.signal })) files.push(file);
  for (const target of targets) if (target instanceof URL) files.push(fileAt(target, digestsOf(options)));
  return files;
}

/** @throws {@link NotFoundError} for a dataset without sessions, or a name of none */
async function sessionsOf(hub: Hub, dataset: string, signal: AbortSignal): Promise<readonly SessionRef[]> {
  const refs: SessionRef[] = [];
  for await (const { ref } of hub.sessions({}, { signal })) if (ref.dataset === dataset) refs.push(ref);
  if (refs.length > 0) return refs;
  const known = hub.datasets().map(({ id }) => id);
  if (known.includes(dataset)) {
    throw new NotFoundError(`the sources of ${dataset} hold no sessions`, {
      hint: "name a source that lists sessions; crossprobe sessions shows what there is",
    });
  }
  throw new NotFoundError(`${dataset} is no dataset of the sources (${known.join(", ")})`, {
    hint: "one session is written <dataset>:session:<id>, as crossprobe sessions lists it; a file by its http(s) or s3 address",
  });
}

function digestsOf({ md5, sha256 }: Options): FileDigest[] {
  const given = [["md5", md5] as const, ["sha256", sha256] as const];
  return given.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));
}

function fileAt(url: URL, digests: readonly FileDigest[]): RemoteFile {
  return { id: null, source: null, urls: [url.href], absent: null, path: nameOf(url), size: null, digests };
}

/** The last part of an address, decoded; `""` where it has none. */
function nameOf({ pathname }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function shownPlan(plan: DownloadPlan): DownloadPlan {
  return { ...plan, files: plan.files.map((each) => ({ ...each, file: shownFile(each.file) })) };
}

/** A file for JSON, which is kept and passed on: what may be a signature is left out of its addresses. */
function shownFile(file: RemoteFile): RemoteFile {
  return { ...file, urls: file.urls.map((url) => url.replace(/[?#].*$/s, (rest) => `${rest[0]}…`)) };
}

/** A result for JSON: an error as its parts. */
function plain<Outcome extends Pick<DownloadResult, "error" | "file">>({ error, file, ...rest }: Outcome) {
  return {
    file: shownFile(file),
    ...rest,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint ?? null },
  };
}
