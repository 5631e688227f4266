import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  type ByteStore,
  type CallOptions,
  FormatError,
  isDataError,
  type ProbeRef,
  QueryError,
} from "@crossprobe/core";
import { type Hdf5File, openHdf5 } from "@crossprobe/formats/hdf5";
import { type LfpackFile, toLfpack } from "@crossprobe/ibl-adapter/lfpack";
import type { Command } from "commander";
import { parseCount, parseRefArgument } from "../arguments.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import { openStores, toUrl } from "../compose.js";
import { isUrl } from "../config.js";
import { openFilePlace } from "../file-place.js";
import type { Io } from "../io.js";
import { hubSignal } from "./hub-signal.js";
import type { LfpSignal } from "./lfp-signal.js";
import { lfpackSignal } from "./lfpack-signal.js";
import { nwbSignal } from "./nwb-signal.js";

/** What an LFP command is asked about. */
export type LfpTarget =
  | { readonly kind: "probe"; readonly probe: ProbeRef }
  | { readonly kind: "file"; readonly file: string };

/** Which signal of a file. */
export interface FileOptions {
  readonly recording?: string;
  readonly scale?: number;
}

/** What a command on a signal works with. */
export type SignalContext = Pick<CommandContext, "io" | "isJson" | "note">;

/** Adds the argument `<ref|file>` and the options that choose a signal of a file. */
export function addTarget(command: Command): Command {
  return command
    .argument("<ref|file>", "a probe reference, or an LFPack or NWB file (path or URL)", parseTarget)
    .option("--recording <key>", "of a file: which recording, or how its name begins (of NWB: path of the series)")
    .option("--scale <number>", "of an LFPack recording: level of its pyramid (0)", parseCount);
}

function parseTarget(text: string): LfpTarget {
  const isReference = text.includes(":") && !isUrl(text) && !existsSync(text);
  return isReference ? { kind: "probe", probe: parseRefArgument("probe")(text) } : { kind: "file", file: text };
}

/** Refuses options of files beside a reference. */
export function checkTarget(target: LfpTarget, options: FileOptions, command: Command): void {
  if (target.kind === "probe" && (options.recording !== undefined || options.scale !== undefined))
    command.error("error: --recording and --scale are for files: a reference names its recording itself");
}

/** Opens the signal that a command line names, runs the body, closes everything. */
export function withSignal(
  io: Io,
  target: LfpTarget,
  options: CommonOptions & FileOptions,
  body: (signal: LfpSignal, context: SignalContext) => Promise<void>,
): Promise<number> {
  if (target.kind === "probe") {
    return withHub(io, options, async (context) => {
      const signal = hubSignal(await context.hub.lfp(target.probe, { signal: io.signal }));
      await runAndClose(signal, context, body);
    });
  }
  return openFileSignal(target.file, options, io).then(async (signal) => {
    await runAndClose(signal, fileContext(io, options), body);
    return 0;
  });
}

async function runAndClose(
  signal: LfpSignal,
  context: SignalContext,
  body: (signal: LfpSignal, context: SignalContext) => Promise<void>,
): Promise<void> {
  try {
    await body(signal, context);
  } finally {
    await signal.close();
  }
}

/** The context of a command on a file, which needs no sources. */
export function fileContext(io: Io, { json }: CommonOptions): SignalContext {
  return { io, isJson: json === true, note: (text) => io.err(`${text}\n`) };
}

/** A file with LFP, told by what is in it. */
export type LfpFile =
  | { readonly kind: "lfpack"; readonly archive: LfpackFile; readonly hdf5: Hdf5File }
  | { readonly kind: "nwb"; readonly hdf5: Hdf5File };

/**
 * Opens a file as what it is. Closing `hdf5` closes it.
 *
 * @throws {@link FormatError} when it is neither an LFPack archive nor NWB
 */
export async function openLfpFile(file: string, { cwd, signal }: Io): Promise<LfpFile> {
  const url = toUrl(isUrl(file) ? file : resolve(cwd, file));
  if (url.endsWith("/")) throw neither(file, "it is a folder");
  const { store, key } = openFilePlace(url, openStores());
  const hdf5 = await openAsHdf5(store, key, file, { signal });
  try {
    const attributes = await hdf5.attributes("/", { signal });
    const isNwb = attributes.has("nwb_version") || (await hdf5.find("/nwb_version", { signal })) !== undefined;
    if (isNwb) return { kind: "nwb", hdf5 };
    const archive = await toLfpack(hdf5, { signal });
    // Throws when no member of the root is a recording.
    await archive.recordings({ signal });
    return { kind: "lfpack", archive, hdf5 };
  } catch (error) {
    await hdf5.close();
    throw error;
  }
}

async function openAsHdf5(store: ByteStore, key: string, file: string, options: CallOptions): Promise<Hdf5File> {
  try {
    const hdf5 = await openHdf5(store, key, { signal: options.signal });
    if (hdf5 === undefined) throw neither(file, "there is no such file");
    return hdf5;
  } catch (error) {
    const head = isDataError(error, "format") ? await store.read(key, { range: { offset: 1, length: 3 } }) : undefined;
    if (head === undefined || new TextDecoder().decode(head) === "HDF") throw error;
    throw neither(file, "it is no HDF5 file", error);
  }
}

function neither(file: string, why: string, cause?: unknown): FormatError {
  return new FormatError(`${file} is neither an LFPack archive nor an NWB file: ${why}`, {
    ...{ format: "lfpack", url: file, cause },
    hint: `see what it is with crossprobe inspect ${file}`,
  });
}

async function openFileSignal(file: string, { recording, scale }: FileOptions, io: Io): Promise<LfpSignal> {
  const opened = await openLfpFile(file, io);
  const close = () => opened.hdf5.close();
  const options = { signal: io.signal };
  try {
    if (opened.kind === "nwb") return await nwbSignal(opened.hdf5, file, recording, close, options);
    const names = await opened.archive.recordings(options);
    if (recording === undefined && names.length > 1) throw severalRecordings(file, names);
    const chosen = recording === undefined ? (names[0] ?? null) : wholeName(recording, names);
    const scales = await opened.archive.scales(chosen, options);
    return lfpackSignal(await opened.archive.openRecording(chosen, { scale, ...options }), { file, scales, close });
  } catch (error) {
    await close();
    throw error;
  }
}

/** The name that a text is, or is the only one to begin with; the text itself where there is none. */
function wholeName(text: string, names: readonly string[]): string {
  if (names.includes(text)) return text;
  const [name, ...others] = names.filter((one) => one.startsWith(text));
  return name !== undefined && others.length === 0 ? name : text;
}

function severalRecordings(file: string, names: readonly string[]): QueryError {
  return new QueryError(`${file} holds ${names.length} recordings and none was named`, {
    hint: `name one with --recording, such as ${names[0]}; crossprobe lfp info ${file} lists them`,
  });
}
