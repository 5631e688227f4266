import { basename, resolve } from "node:path";
import { type CallOptions, NotFoundError } from "@crossprobe/core";
import { indexHdf5 } from "@crossprobe/formats/hdf5";
import { InvalidArgumentError } from "commander";
import type { CommonOptions } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { openStores, toUrl } from "../compose.js";
import { isUrl } from "../config.js";
import { openFilePlace } from "../file-place.js";
import type { Io } from "../io.js";
import { formatBytes } from "../output/bytes.js";
import { toJson } from "../output/json.js";
import { Progress } from "../output/progress.js";
import { factLines } from "../output/table.js";
import { checkWritable, writeFiles } from "../output/write-file.js";

interface IndexOptions extends CommonOptions {
  readonly out?: string | undefined;
  readonly maxMb?: number | undefined;
}

export const indexCommand: CommandDefinition = {
  example: "index https://example.org/lf_compressed.h5 --out lf_compressed.h5.cpindex",
  isWithoutSources: true,
  define: (command, act) =>
    void command
      .argument("<file>", "a path or http(s) URL of an HDF5 file: LFPack, NWB or other")
      .option("--out <file>", "where to write it (default: <file>.cpindex, a URL's in this folder)")
      .option("--max-mb <count>", "metadata to hold at most, objects near the root first (default 64)", toMegabytes)
      .addHelpText(
        "after",
        `
An index holds the bytes that say where everything in the file is. A file with
its index beside it is opened and listed without reading it. It is bound to the
version of the file at this address: make it where it is going to be used, and
again when the file changes.`,
      )
      .action((file: string, options: IndexOptions) => act((io) => run(io, file, options))),
};

function toMegabytes(text: string): number {
  const count = Number(text);
  if (!(count > 0 && count <= 400)) throw new InvalidArgumentError("a number of megabytes up to 400 is needed");
  return count;
}

async function run(io: Io, file: string, { out, maxMb, json }: IndexOptions): Promise<number> {
  const url = toUrl(isUrl(file) ? file : resolve(io.cwd, file));
  const path = resolve(
    io.cwd,
    out ?? (isUrl(file) ? `${basename(new URL(file).pathname)}.cpindex` : `${file}.cpindex`),
  );
  await checkWritable([path]);
  const progress = new Progress(io);
  const made = await makeIndex(url, maxMb, progress, { signal: io.signal });
  await writeFiles(new Map([[path, made.bytes]]));
  const { bytes, ...facts } = made;
  io.out(
    json ? toJson({ file: url, index: path, indexBytes: bytes.length, ...facts }) : toText(url, path, made, io.columns),
  );
  return 0;
}

type Made = NonNullable<Awaited<ReturnType<typeof indexHdf5>>>;

async function makeIndex(
  url: string,
  maxMb: number | undefined,
  progress: Progress,
  options: CallOptions,
): Promise<Made> {
  const { store, key } = openFilePlace(url, openStores());
  const maxBytes = maxMb === undefined ? undefined : maxMb * 1e6;
  try {
    const onProgress = (count: number) => progress.update("objects indexed:", count);
    const made = await indexHdf5(store, key, { ...options, maxBytes, onProgress });
    if (made === undefined) throw new NotFoundError(`there is no ${url}`, { hint: "check the path" });
    return made;
  } finally {
    progress.end();
  }
}

function toText(url: string, path: string, made: Made, width: number): string {
  const { objectCount, leftOut, metadataBytes, size, validator, bytes } = made;
  const facts = [
    { name: "file", value: `${url} (${formatBytes(size)})` },
    { name: "index", value: `${path} (${formatBytes(bytes.length)})` },
    { name: "holds", value: `metadata of ${objectCount} objects, ${formatBytes(metadataBytes)}` },
    { name: "bound to", value: validator },
  ];
  const { beyondBudget, notCovered } = leftOut;
  if (beyondBudget > 0)
    facts.push({
      name: "left out",
      value: `${beyondBudget} objects and what is below them, beyond the budget (--max-mb); they are read from the file`,
    });
  if (notCovered > 0) facts.push({ name: "left out", value: `${notCovered} objects that only the HDF5 library reads` });
  return `${factLines(facts, width).join("\n")}\n`;
}
