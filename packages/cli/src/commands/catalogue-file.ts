import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ONTOLOGY } from "@crossprobe/atlas";
import type { Catalogue } from "@crossprobe/catalogue";
import { openCatalogue, saveCatalogue, verifyCatalogue } from "@crossprobe/catalogue/node";
import { isDataError, ROW_KINDS } from "@crossprobe/core";
import type { Command } from "commander";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition, Run } from "../command-definition.js";
import type { Io } from "../io.js";
import { formatBytes } from "../output/bytes.js";
import { toJson } from "../output/json.js";
import { withLocalPaths } from "../output/local-paths.js";
import { factLines, textTable } from "../output/table.js";
import { checkWritable } from "../output/write-file.js";
import { buildWithProgress } from "../query/open-catalogue.js";
import { noteNotices } from "./notices.js";

interface BuildOptions extends CommonOptions {
  readonly out: string;
  readonly update?: boolean;
}

export const catalogueCommand: CommandDefinition = {
  example: "catalogue build --out all.parquet\n  crossprobe query units --catalogue all.parquet --region CA1",
  examples: {
    build: "catalogue build --ibl ONE/ --allen cache/ --out all.parquet",
    info: "catalogue info all.parquet",
    verify: "catalogue verify all.parquet",
  },
  isWithoutSources: ["info", "verify"],
  define: (command, act) => {
    defineBuild(command, act);
    defineOfFile(command, act, "info", "say what a catalogue holds", info);
    defineOfFile(command, act, "verify", "read a catalogue whole and compare its checksum", verify);
  },
};

function defineBuild(command: Command, act: (run: Run) => void): void {
  command
    .command("build")
    .description("gather the tables of all sources in one file, which query opens at once")
    .requiredOption("--out <file>", "the Parquet file; a columns file is written beside it")
    .option("--update", "take over what has not changed since the file there was made")
    .action((options: BuildOptions) => act((io) => withHub(io, options, (context) => build(context, options))));
}

function defineOfFile(
  command: Command,
  act: (run: Run) => void,
  name: string,
  description: string,
  run: (io: Io, path: string, isJson: boolean) => Promise<void>,
): void {
  command
    .command(name)
    .description(description)
    .argument("<file>", "a catalogue that build made")
    .action((file: string, { json }: CommonOptions) =>
      act(async (io) => {
        await run(io, resolve(io.cwd, file), json === true);
        return 0;
      }),
    );
}

async function build(context: CommandContext, { out, update }: BuildOptions): Promise<void> {
  const { io } = context;
  const path = resolve(io.cwd, out);
  await checkWritable([path]);
  const earlier = update === true ? await openEarlier(context, path) : undefined;
  const reused: Record<string, number> = {};
  const catalogue = await buildWithProgress(context, { previous: earlier }, (dataset, count) => {
    reused[dataset] = count;
  });
  await mkdir(dirname(path), { recursive: true });
  const saved = await saveCatalogue(catalogue, path, { signal: io.signal });
  const datasets = datasetsOf(catalogue).map((row) => ({ ...row, reusedProbes: reused[row.id] ?? 0 }));
  if (context.isJson) {
    const { bytes, sha256, columnsPath, columnsBytes } = saved;
    io.out(toJson({ out: path, bytes, sha256, columns: columnsPath, columnsBytes, datasets }));
    return;
  }
  noteNotices(
    context,
    catalogue.datasets().flatMap(({ notices }) => notices),
  );
  const facts = [
    { name: "catalogue", value: `${path} (${formatBytes(saved.bytes)})` },
    { name: "columns", value: `${saved.columnsPath} (${formatBytes(saved.columnsBytes)})` },
    { name: "sha256", value: saved.sha256 },
    ...(update === true ? [{ name: "taken over", value: takenOver(datasets) }] : []),
  ];
  io.out(`${factLines(facts, io.columns).join("\n")}\n${datasetTable(datasets, io.columns)}`);
}

function takenOver(
  datasets: readonly { readonly id: string; readonly reusedProbes: number; readonly probes: number }[],
) {
  return datasets.map(({ id, reusedProbes, probes }) => `${reusedProbes} of ${probes} probes of ${id}`).join(", ");
}

/** What cannot be built upon is built anew: that is what an update is for. */
async function openEarlier({ io, note }: CommandContext, path: string): Promise<Catalogue | undefined> {
  try {
    return await openCatalogue(path, { signal: io.signal });
  } catch (error) {
    if (isDataError(error, "not-found")) return undefined;
    if (!isDataError(error, "schema") && !isDataError(error, "format")) throw error;
    note(`note: everything is read anew: ${withLocalPaths(error.message)}`);
    return undefined;
  }
}

async function info(io: Io, path: string, isJson: boolean): Promise<void> {
  const catalogue = await openCatalogue(path, { signal: io.signal });
  const datasets = datasetsOf(catalogue);
  if (isJson) {
    io.out(toJson({ file: path, ontology: ONTOLOGY, datasets }));
    return;
  }
  const facts = datasets.flatMap(({ id, release, adapterVersion, rules, sources }) => [
    { name: id, value: `${release ?? "release unknown"}; read by adapter ${adapterVersion}` },
    { name: "", value: `rules ${rules.join(", ") || "none"}` },
    ...sources.map(({ kind, url }) => ({ name: "", value: withLocalPaths(`${kind} ${url}`) })),
  ]);
  const ontology = { name: "ontology", value: `${ONTOLOGY.name} ${ONTOLOGY.version}` };
  const lines = factLines([{ name: "catalogue", value: path }, ontology, ...facts], io.columns);
  io.out(`${lines.join("\n")}\n${datasetTable(datasets, io.columns)}`);
  const note = (text: string) => io.err(`${text}\n`);
  noteNotices(
    { io, note },
    datasets.flatMap(({ notices }) => notices),
  );
}

async function verify(io: Io, path: string, isJson: boolean): Promise<void> {
  const { bytes, sha256 } = await verifyCatalogue(path, { signal: io.signal });
  if (isJson) io.out(toJson({ file: path, bytes, sha256 }));
  else io.out(`${path} is whole: ${formatBytes(bytes)}, sha256\n  ${sha256}\n`);
}

/** Each dataset with how many rows it has of each kind. */
function datasetsOf(catalogue: Catalogue) {
  return catalogue.datasets().map(({ id, release, adapterVersion, rules, sources, notices }) => {
    const [sessions = 0, probes = 0, channels = 0, units = 0] = ROW_KINDS.map((kind) => catalogue.rowCount(kind, id));
    const counts = { sessions, probes, channels, units };
    return { id, release, adapterVersion, ...counts, rules: rules.map((rule) => rule.id), sources, notices };
  });
}

function datasetTable(datasets: ReturnType<typeof datasetsOf>, width: number): string {
  const rows = datasets.map((row) => [row.id, ...ROW_KINDS.map((kind) => String(row[kind]))]);
  const titles = ROW_KINDS.map((title) => ({ title, align: "right" as const }));
  return textTable([{ title: "dataset", isWhole: true }, ...titles], rows, width);
}
